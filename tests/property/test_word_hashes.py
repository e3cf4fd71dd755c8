"""Hashes of words alone are those of the words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.text.word_hashes import find_word_hashes
from corpusmill.operators.text.words import WordRule, find_words
from tests.property.documents import TEXTS, sliced

MIXED = st.text(st.sampled_from("aZ9_ .é\u0301Ωж한東ーカ々。เก็ดด์ກ្កဗ္ဗ\U00020000\U0001f600\u00ad"), max_size=40)


@pytest.mark.thorough
@pytest.mark.parametrize("rule", [WordRule.UNICODE, WordRule.GOLD, WordRule.SCRIPT])
@given(texts=TEXTS | st.lists(MIXED, max_size=5))
def test_they_are_those_of_the_words(rule, texts):
    batch = sliced(texts)
    alone, words = find_word_hashes(batch, rule), find_words(batch, rule)
    assert alone.first.tolist() == words.first.tolist()
    assert alone.hash.tolist() == words.hash.tolist()
    assert alone.counts.tolist() == words.counts.tolist()


def test_words_that_were_found_are_not_looked_for_again():
    batch = sliced(["one two", "three", None])
    assert not batch.has(find_words, WordRule.UNICODE)
    words = batch.once(find_words, WordRule.UNICODE)
    assert find_word_hashes(batch, WordRule.UNICODE).hash is words.hash
    fewer = batch.keep(np.array([False, True, True]))
    assert fewer.has(find_words, WordRule.UNICODE)
    assert find_word_hashes(fewer, WordRule.UNICODE).hash.tolist() == words.hash[2:].tolist()
    assert fewer.once(find_word_hashes, WordRule.UNICODE).keep(np.array([True, False])).counts.tolist() == [1]
