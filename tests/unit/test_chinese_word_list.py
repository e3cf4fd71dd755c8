"""A list of Chinese phrases is found inside running text, in both widths of Latin letters once they are folded."""

import dataclasses

import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.rewrite.fold import Fold
from corpusmill.operators.signals.words_found import WordsFound

LIST = "# 广告词\n六合彩\n六合\n代开发票\n加VX领红包\nzh\t网赌\n"


def found(texts, languages=None, fold=False):
    words = dataclasses.replace(Resource("list"), content=LIST.encode())
    op = WordsFound(words=words, column="unwanted", language_column="language" if languages else None)
    batch = Batch(pa.table({"text": pa.array(texts, TEXT), **({"language": languages} if languages else {})}))
    return op(Fold()(batch) if fold else batch).table["unwanted"].to_pylist()


def test_phrases_are_found_between_other_characters_and_the_longest_counts_once():
    assert found(["买六合彩就来，六合之内，代开\n发票", "六六合合彩彩", ""]) == [3, 1, 0]


def test_full_width_letters_are_found_once_they_are_folded():
    assert found(["快加ＶＸ领红包"]) == [0]
    assert found(["快加ＶＸ领红包", "快加vx领红包"], fold=True) == [1, 1]


def test_a_phrase_for_one_language_is_looked_for_in_that_alone():
    assert found(["网赌", "网赌", "六合彩"], ["zh", "ja", "ja"]) == [1, 0, 1]
