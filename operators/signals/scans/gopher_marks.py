"""Kernels of signals.gopher_quality."""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.unicode_table import ALPHA, MARK, PLAIN

_HASH, _DOT = 35, 46


@njit(nogil=True, cache=True)
def count_marks(
    data: np.ndarray,
    offsets: np.ndarray,
    first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    kinds: np.ndarray,
    out: np.ndarray,
) -> None:
    """out[0]: hash signs; out[1]: ellipses, "..." (without overlap) and "…". `out`: int64[2, n].

    Neither holds white space, so those of a text are those of its words (str.split), and few words have any.
    """
    for d in range(len(first) - 1):
        hashes, ellipses = 0, 0
        for i in range(first[d], first[d + 1]):
            if kinds[i] & MARK:
                dots, begin = 0, offsets[d] + start[i]
                for at in range(begin, begin + size_bytes[i]):
                    byte = data[at]
                    dots = dots + 1 if byte == _DOT else 0
                    hashes += int(byte == _HASH)
                    if dots == 3 or (byte == 0xA6 and data[at - 1] == 0x80 and data[at - 2] == 0xE2):
                        ellipses += 1
                        dots = 0
        out[0, d], out[1, d] = hashes, ellipses


@njit(nogil=True, cache=True)
def count_word_kinds(first: np.ndarray, chars: np.ndarray, kinds: np.ndarray, out: np.ndarray) -> None:
    """out[0]: words not all punctuation; out[1]: their characters; out[2]: words with a letter. `out`: int64[3, n]."""
    for d in range(len(first) - 1):
        plain, plain_chars, alpha = 0, 0, 0
        for i in range(first[d], first[d + 1]):
            if kinds[i] & PLAIN:
                plain += 1
                plain_chars += chars[i]
            alpha += np.int64((kinds[i] & ALPHA) != 0)
        out[0, d], out[1, d], out[2, d] = plain, plain_chars, alpha
