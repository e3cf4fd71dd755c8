"""Arrays that kernels get as one pointer are read and written as the arrays they are."""

import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from corpusmill.operators.text.by_reference import ByReference
from corpusmill.operators.text.kernel import njit


@dataclass(frozen=True, eq=False)
class Inner(ByReference):
    weights: np.ndarray


@dataclass(frozen=True, eq=False)
class Outer(ByReference):
    flat: np.ndarray
    square: np.ndarray
    inner: Inner
    seen: np.ndarray


def made() -> Outer:
    return Outer(
        np.arange(5, dtype=np.int32),
        np.arange(6, dtype=np.float32).reshape(2, 3),
        Inner(np.array([2.0, 3.0])),
        np.zeros(4, np.int64),
    )


@njit(cache=False, nogil=True)
def note(of: Outer, at: int) -> None:
    of.seen[at] += len(of.flat)
    of.seen[at + 1] = of.square.shape[1]


@njit(cache=False, nogil=True)
def total(of: Outer) -> float:
    found = 0.0
    for row in range(of.square.shape[0]):
        found += of.square[row, 2] * of.inner.weights[row]
    note(of, 1)
    return found + of.flat[-1]


@pytest.mark.thorough
def test_a_kernel_reads_and_writes_all_arrays():
    of = made()
    assert total(of) == 2 * 2.0 + 5 * 3.0 + 4
    assert of.seen.tolist() == [0, 5, 3, 0]
    copy = pickle.loads(pickle.dumps(of))
    assert copy._address != of._address
    assert total(copy) == 23.0
    assert copy.seen.tolist() == [0, 10, 3, 0]
    note(of, 0)  # a part of a kernel is one itself when Python calls it
    assert of.seen.tolist() == [5, 3, 3, 0]


def test_an_array_with_gaps_is_refused():
    with pytest.raises(ValueError, match=r"Inner.weights: expected a C-contiguous array"):
        Inner(np.zeros(6)[::2])
