"""Positions of documents: the kernel is the plain function, and they are spread evenly."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.mix.select.position import position, positions


@given(
    keys=st.lists(st.binary(min_size=16, max_size=16), max_size=8),
    seed=st.integers(0, 2**64 - 1),
    cut=st.integers(0, 8),
)
def test_the_kernel_is_the_plain_function(keys, seed, cut):
    array = pa.array(keys, pa.binary(16)).slice(cut)
    assert positions(array, seed).tolist() == [position(k, seed) for k in keys[cut:]]


def test_positions_are_spread_evenly():
    keys = pa.array([i.to_bytes(16, "little") for i in range(20_000)], pa.binary(16))
    counts = np.bincount((positions(keys, 0) >> np.uint64(58)).astype(int), minlength=64)
    assert ((counts - 312.5) ** 2 / 312.5).sum() < 120  # chi-square of 63 degrees: 120 is beyond 1 in 10,000


def test_text_keys_of_another_type_are_refused():
    with pytest.raises(ValueError, match="found string"):
        positions(pa.array(["a"]), 0)
    with pytest.raises(ValueError, match="1 of 1 documents have no text key"):
        positions(pa.array([None], pa.binary(16)), 0)
