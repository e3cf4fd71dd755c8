"""How often groups are read to train a tokenizer, by hand."""

import numpy as np
import pytest

from corpusmill.operators.tokens.balance import MOST_COPIES, copies, rates


def test_languages_weigh_by_the_root_of_what_the_mix_takes_of_them():
    tokens = np.array([10_000, 40_000, 500])
    found = rates(tokens, np.array([10_000, 90_000, 1_000]), np.array([0, 0, 1]), temperature=2, sample_tokens=1_100)
    read = found * tokens
    assert read.sum() == pytest.approx(1_100)
    assert read[:2].sum() / read[2] == pytest.approx(10)  # 100,000 to 1,000, the root of it
    assert read[1] / read[0] == pytest.approx(9)  # inside a language as the mix has it


def test_nothing_is_read_more_than_so_often_and_others_get_the_rest():
    tokens = np.array([10_000, 10])
    found = rates(tokens, tokens, np.array([0, 1]), temperature=100.0, sample_tokens=5_000)
    assert found[1] == MOST_COPIES
    assert (found * tokens).sum() == pytest.approx(5_000)


def test_what_the_mix_leaves_out_is_not_read():
    found = rates(np.array([5, 5]), np.array([5, 0]), np.array([0, 0]), temperature=2, sample_tokens=5)
    assert found.tolist() == [1.0, 0.0]


def test_copies_are_whole_and_once_more_by_the_draw():
    u = np.array([0, 2**62, 2**63], np.uint64)
    assert copies(np.array([2.3, 2.3, 0.4]), u).tolist() == [3, 3, 0]
