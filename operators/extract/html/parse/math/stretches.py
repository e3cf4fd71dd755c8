"""Looks at and moves stretches of a formula that is being written on one line."""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True)
def is_letter(c: Int) -> bool:
    return bool(97 <= (c | 32) <= 122)


@njit(cache=True, nogil=True)
def _is_word(c: Int) -> bool:
    return bool(48 <= c <= 57 or is_letter(c))


@njit(cache=True, nogil=True)
def meet(src: np.ndarray, i: Int, end: Int, out: np.ndarray, o: Int) -> bool:
    """Whether text that begins at src[i] would be read as part of the script that out[:o] ends with."""
    while i < end and src[i] <= 32:
        i += 1
    return bool(i < end and _is_word(src[i]) and _is_word(out[o - 1]))


@njit(cache=True, nogil=True)
def is_invisible(text: np.ndarray, start: Int, end: Int) -> bool:
    """U+2061 to U+2064: applied to, times, separator, plus, none of them seen."""
    return bool(
        end - start == 3 and text[start] == 0xE2 and text[start + 1] == 0x81 and 0xA1 <= text[start + 2] <= 0xA4
    )


@njit(cache=True, nogil=True)
def is_bracketed(out: np.ndarray, start: Int, end: Int) -> bool:
    """Whether one pair of round brackets holds all of out[start:end]."""
    if end - start < 2 or out[start] != 40:
        return False
    depth = 0
    for k in range(start, end):
        if out[k] == 40:
            depth += 1
        elif out[k] == 41:
            depth -= 1
            if depth == 0:
                return bool(k == end - 1)
    return False


@njit(cache=True, nogil=True)
def rotate(out: np.ndarray, start: Int, middle: Int, end: Int) -> None:
    """Puts out[middle:end] before out[start:middle]."""
    out[start:end] = np.concatenate((out[middle:end], out[start:middle]))


@njit(cache=True, nogil=True)
def insert(out: np.ndarray, at: Int, end: Int, byte: Int) -> Int:
    """Puts a byte before out[at:end]; the new end."""
    for k in range(end, at, -1):
        out[k] = out[k - 1]
    out[at] = byte
    return end + 1
