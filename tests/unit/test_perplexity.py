"""Perplexity by a model small enough to count by hand."""

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Resource
from corpusmill.operators.text.language_model_text import plain, plain_character

MODEL = "shipped:signals/lists/characters.arpa.txt"


def measured(texts, languages=None, **params):
    op = load.equip(load.build("signals.perplexity", {"model": MODEL, **params}), load.shipped)
    columns = {"text": pa.array(texts, TEXT)} | ({"language": languages} if languages else {})
    return op(Batch(pa.table(columns))).table["perplexity"].to_pylist()


def test_log_probabilities_of_all_lines_are_averaged_over_their_tokens():
    one = 10 ** ((0.2 + 0.3 + 0.4 + 0.5) / 4)
    assert measured(["好 天 气"]) == [pytest.approx(one)]
    assert measured(["好天气"], split="characters") == [pytest.approx(one)]
    assert measured(["好 天 气\n\n 好 天 气 "]) == [pytest.approx(one)]
    assert measured(["x"])[0] > 10 * one


def test_a_blank_document_has_none():
    assert measured(["", " \n ", None], split="characters") == [None, None, None]


def test_text_is_prepared_as_ccnet_does_for_scoring_alone():
    assert measured(["好天气，"], split="characters", prepare="ccnet") == measured(["好天气,"], split="characters")
    text = "Ǎ，１2é\u0301\x07\u200b%％\n好"
    assert plain(pa.array([text, None], TEXT)).to_pylist() == ["".join(map(plain_character, text)), None]
    assert plain(pa.array([text], TEXT)).to_pylist() == ["a,00e\u200b%%\n好"]


def test_only_documents_of_a_language_are_measured():
    found = measured(["好", "好", "好"], ["zh", "en", None], language="zh", split="characters")
    assert found[0] > 1
    assert found[1:] == [None, None]


def test_a_file_that_is_no_model_is_refused_before_work():
    op = load.build("signals.perplexity", {"model": MODEL})
    with pytest.raises(ValueError, match="KenLM cannot read the model"):
        load.equip(op, lambda address: b"no model").check_files()
    with pytest.raises(ValueError, match="is one of"):
        load.build("signals.perplexity", {"model": Resource("x"), "split": "words"})
