"""Looking for one byte, many at a time: most of a page is script, style and long attributes."""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.vectors import LANES, equal, trailing_zeros
from corpusmill.operators.text.kernel import njit

WIDTH = np.int64(LANES)  # bytes looked at together
ZERO, ONE = np.uint64(0), np.uint64(1)
ALL = ~ZERO


@njit(cache=True, nogil=True, forceinline=True)
def lowest(count: Int) -> Int:
    """A mask of the lowest `count` bits, for 0 to 64 and more."""
    return ALL if count >= WIDTH else (ONE << np.uint64(count)) - ONE


@njit(cache=True, nogil=True)
def find_byte(src: np.ndarray, start: Int, end: Int, byte: Int) -> Int:
    """Position of the first `byte` in src[start:end]; `end`, or `start` when that is greater, if there is none."""
    i, stop = np.int64(start), np.int64(max(start, end))
    wanted = np.uint8(byte)
    while i + WIDTH <= stop:
        found = equal(src, i, wanted)
        if found:
            return i + trailing_zeros(found)
        i += WIDTH
    while i < stop and src[i] != wanted:
        i += 1
    return i


@njit(cache=True, nogil=True)
def find_two(src: np.ndarray, start: Int, end: Int, byte: Int, apart: Int, other: Int) -> Int:
    """Position of the first `byte` in src[start:end] with `other` so many bytes on, before `end`; `end` without one."""
    i = np.int64(start)
    while i + WIDTH + apart <= end:
        found = equal(src, i, byte) & equal(src, i + apart, other)
        if found:
            return i + trailing_zeros(found)
        i += WIDTH
    while i + apart < end:
        if src[i] == byte and src[i + apart] == other:
            return i
        i += 1
    return np.int64(end)
