"""Smaller vocabularies are the beginnings of larger ones; the law of their size gives the published numbers."""

import json

import pyarrow as pa
import pytest

from corpusmill.operators.mix.plan.vocabulary_size import optimal_vocabulary, usual_width
from corpusmill.operators.tokens.train import SMALLEST, train
from corpusmill.operators.tokens.vocabulary_curve import curve, sizes_below, smaller

TEXTS = [
    "the tea and the pot and the cup, then the tea again",
    "茶を飲む人は茶を知る。茶",
    "ein Tee, eine Tasse, noch ein Tee",
] * 9
PREDICTED = ((3e9, 43e3), (7e9, 67e3), (13e9, 91e3), (30e9, 154e3), (70e9, 231e3), (130e9, 258e3), (300e9, 389e3))


@pytest.mark.parametrize("size", [SMALLEST, SMALLEST + 1, 290])
def test_the_beginning_of_a_vocabulary_is_what_training_to_that_size_gives(size):
    whole = train(iter(TEXTS), vocab_size=300)
    assert json.loads(smaller(whole, size)) == json.loads(train(iter(TEXTS), vocab_size=size))


def test_a_size_that_is_not_inside_is_refused():
    whole = train(iter(TEXTS), vocab_size=300)
    for size in (SMALLEST - 1, 301):
        with pytest.raises(ValueError, match="is not in one of 300"):
            smaller(whole, size)


def test_more_tokens_hold_more_bytes_each():
    whole = train(iter(TEXTS), vocab_size=310)
    points = curve(whole, pa.array([*TEXTS[:3], None], pa.large_string()), [SMALLEST, 290, 310])
    assert [point.vocab_size for point in points] == [SMALLEST, 290, 310]
    assert points[0].bytes_per_token == 1
    assert points[0].tokens > points[1].tokens > points[2].tokens
    assert {point.bytes for point in points} == {sum(len(text.encode()) for text in TEXTS[:3])}


def test_sizes_end_with_the_whole():
    assert sizes_below(2000) == [500, 1000, 2000]
    assert sizes_below(SMALLEST) == [SMALLEST]


@pytest.mark.parametrize(("params", "tokens"), PREDICTED)
def test_the_law_gives_the_sizes_that_its_authors_predict(params, tokens):
    assert optimal_vocabulary(params) == pytest.approx(tokens, rel=0.02)


def test_a_wider_model_has_a_smaller_vocabulary():
    assert optimal_vocabulary(7e9, 8192) == pytest.approx(optimal_vocabulary(7e9, 4096) / 2)
    assert usual_width(1e12) > 16384
    with pytest.raises(ValueError, match="above 0"):
        optimal_vocabulary(0)
