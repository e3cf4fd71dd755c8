"""Compares and finds short strings of bytes."""

import numpy as np

from corpusmill.operators.extract.html.base.characters import LOWER
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True)
def begins_with(src: np.ndarray, start: Int, end: Int, what: np.ndarray) -> bool:
    if end - start < what.shape[0]:
        return False
    same = 0
    while same < what.shape[0] and LOWER[src[start + same]] == LOWER[what[same]]:
        same += 1
    return bool(same == what.shape[0])


@njit(cache=True, nogil=True)
def find_bytes(src: np.ndarray, start: Int, end: Int, what: np.ndarray) -> Int:
    """Position of `what` in src[start:end], ASCII case aside; -1 when it is not there."""
    for k in range(start, end - what.shape[0] + 1):
        if begins_with(src, k, end, what):
            return np.int64(k)
    return np.int64(-1)


@njit(cache=True, nogil=True)
def same_bytes(text: np.ndarray, start: Int, end: Int, other: Int, other_end: Int) -> bool:
    if end - start != other_end - other:
        return False
    same = 0
    while same < end - start and text[start + same] == text[other + same]:
        same += 1
    return bool(same == end - start)
