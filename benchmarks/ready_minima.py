"""Minima of sets of ready shingle hashes, the loop of `operators.dedup.minhash` without the words before it."""

import numpy as np

from corpusmill.operators.dedup.extremes import extremes
from corpusmill.operators.dedup.minhash import Shingles
from corpusmill.operators.dedup.permutations import ENDS, permutation_keys
from corpusmill.operators.text.kernel import njit

_HALF = np.uint64(32)


def minima_of(sets: Shingles, *, permutations: int = 112, seed: int = 1) -> np.ndarray:
    """uint32[n, permutations] of n sets: those of `signatures` over the words that the shingles are of."""
    multiply, add = permutation_keys(permutations, seed)
    minima = np.full((len(sets.first) - 1, permutations), 0xFFFFFFFF, np.uint32)
    _minima(sets.first, sets.values, multiply, add, minima)
    return minima


@njit(nogil=True, cache=False)
def _minima(first: np.ndarray, values: np.ndarray, multiply: np.ndarray, add: np.ndarray, minima: np.ndarray) -> None:
    longest = 0
    for d in range(len(first) - 1):
        longest = max(longest, first[d + 1] - first[d])
    room, ends = np.empty(longest, np.uint32), np.empty(ENDS * len(multiply), np.uint32)
    for d in range(len(first) - 1):
        of_set = values[first[d] : first[d + 1]]
        count = len(of_set)
        if count == 0:
            continue
        for k in range(count):
            room[k] = np.uint32(of_set[k] >> _HALF)
        extremes(room, count, multiply, add, minima.shape[1], ends)
        for j in range(minima.shape[1]):
            minima[d, j] = ends[j]
