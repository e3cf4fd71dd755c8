"""Trimming white space off a stretch of bytes, inside kernels."""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.unicode_table import SPACE
from corpusmill.operators.text.utf8 import code_at, start_before, width_at


@njit(nogil=True, cache=True)
def skip_spaces(data: np.ndarray, begin: int, end: int, bits: np.ndarray) -> int:
    """Where data[begin:end] first is not white space (`end` if all of it is)."""
    while begin < end and bits[code_at(data, begin)] & SPACE:
        begin += width_at(data, begin)
    return begin


@njit(nogil=True, cache=True)
def drop_spaces(data: np.ndarray, begin: int, end: int, bits: np.ndarray) -> int:
    """The end of data[begin:end] without the white space at its end (`begin` if all of it is)."""
    while end > begin:
        at = start_before(data, end)
        if not bits[code_at(data, at)] & SPACE:
            break
        end = at
    return end
