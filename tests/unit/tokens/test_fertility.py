"""Fertility of a tokenizer by language, on numbers that can be counted by eye."""

import pyarrow as pa
import pytest

from corpusmill.operators import load as operators_load
from corpusmill.operators.batch import TEXT
from corpusmill.operators.tokens.fertility import Fertility, fertility
from corpusmill.operators.tokens.tokenizer import load


@pytest.mark.thorough
def test_counts_are_summed_by_language():
    tokenizer = load(operators_load.shipped("shipped:tokens/models/default.tokenizer.json"))
    texts = pa.array(["the tea", "the", "茶", None], TEXT)
    found = fertility(tokenizer, texts, ["en", "en", "ja", "ja"])
    assert list(found) == ["en", "ja"]
    assert (found["en"].documents, found["en"].words, found["en"].bytes) == (2, 3, 10)
    assert found["en"].tokens == len(tokenizer.encode(texts.slice(0, 2)).ids)
    assert (found["ja"].documents, found["ja"].words, found["ja"].bytes) == (2, 1, 3)


def test_ratios_of_nothing_are_zero():
    nothing = Fertility(documents=1, words=0, bytes=0, tokens=0)
    assert (nothing.tokens_per_word, nothing.bytes_per_token) == (0.0, 0.0)
