"""Looking for one byte, many at a time: most of a page is script, style and long attributes.

Positions are unsigned inside, since Numba asks of a signed one at each byte whether it counts from the end.
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit

WIDTH = np.uint64(64)  # bytes looked at together: one or two vectors
ONE = np.uint64(1)


@njit(cache=True, nogil=True)
def find_byte(src: np.ndarray, start: Int, end: Int, byte: Int) -> Int:
    """Position of the first `byte` in src[start:end]; `end`, or `start` when that is greater, if there is none."""
    i, stop = np.uint64(start), np.uint64(max(start, end))
    wanted = np.uint8(byte)
    while i + WIDTH <= stop:
        found = np.uint8(0)
        for k in range(i, i + WIDTH):
            found |= np.uint8(src[k] == wanted)
        if found:
            break
        i += WIDTH
    while i < stop and src[i] != wanted:
        i += ONE
    return np.int64(i)


@njit(cache=True, nogil=True)
def after_ascii(src: np.ndarray, start: Int, end: Int) -> Int:
    """A position up to which src[start:end] is ASCII: past all `WIDTH` bytes at a time that are."""
    i, stop = np.uint64(start), np.uint64(max(start, end))
    while i + WIDTH <= stop:
        found = np.uint8(0)
        for k in range(i, i + WIDTH):
            found |= np.uint8(src[k] >= np.uint8(128))
        if found:
            break
        i += WIDTH
    return np.int64(i)
