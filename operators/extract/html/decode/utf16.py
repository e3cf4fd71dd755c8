"""Pages in UTF-16, known by their mark, by a first tag in 16-bit units, or by zeros in every second byte.

Source: XML 1.0, appendix F; the plain words for the first tag are `operators.text.charset.utf16_without_mark`.
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit

HEAD_BYTES, LEAST_UNITS, LEAST_ZEROS = 512, 4, 8  # as in the plain words
LITTLE, BIG = 1, 2  # which byte of a unit comes first; 0 is no UTF-16
_SPACE, _AFTER_LESS_THAN = np.zeros(256, np.bool_), np.zeros(256, np.bool_)
_NARROW = np.ones(256, np.bool_)  # what may stand beside a zero: no control
_NARROW[[*range(32), *range(127, 160)]] = False
_NARROW[list(b"\t\n\f\r")] = True
_SPACE[list(b"\t\n\f\r ")] = True
_AFTER_LESS_THAN[list(b"!?/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] = True


@njit(cache=True, nogil=True)
def utf16_order(data: np.ndarray, start: Int, end: Int) -> Int:
    """LITTLE or BIG when data[start:end] begins as UTF-16, else 0."""
    if end - start < 2:
        return 0
    if data[start] == 0xFF and data[start + 1] == 0xFE:
        return LITTLE
    if data[start] == 0xFE and data[start + 1] == 0xFF:
        return BIG
    tagged = _by_first_tag(data, start, end) if data[start] == 0 or data[start + 1] == 0 else 0
    return tagged if tagged else _by_zeros(data, start, min(end, start + HEAD_BYTES))


@njit(cache=True, nogil=True)
def _by_zeros(data: np.ndarray, start: Int, end: Int) -> Int:
    """LITTLE or BIG when the upper bytes of units are zero as often as in text, beside no control, else 0."""
    units = (end - start) // 2
    first, second, bad_first, bad_second = 0, 0, 0, 0  # zeros in the first byte of a unit; what no text has beside one
    for k in range(units):
        a, b = data[start + 2 * k], data[start + 2 * k + 1]
        if a == 0:
            first += 1
            bad_first += not _NARROW[b]
        if b == 0:
            second += 1
            bad_second += not _NARROW[a]
    if units < LEAST_UNITS:
        return 0
    if second * LEAST_ZEROS >= units and first == 0 and bad_second == 0:
        return LITTLE
    return BIG if first * LEAST_ZEROS >= units and second == 0 and bad_first == 0 else 0


@njit(cache=True, nogil=True)
def _by_first_tag(data: np.ndarray, start: Int, end: Int) -> Int:
    """LITTLE or BIG when the first thing but white space is a tag, else 0."""
    order = BIG if data[start] == 0 else LITTLE
    low = 1 if order == BIG else 0  # place of the low byte in a unit
    i = start
    while i + 1 < end and data[i + 1 - low] == 0 and _SPACE[data[i + low]]:
        i += 2
    tag = i + 3 < end and data[i + 1 - low] == 0 and data[i + low] == 60
    return order if tag and data[i + 3 - low] == 0 and _AFTER_LESS_THAN[data[i + 2 + low]] else 0


@njit(cache=True, nogil=True)
def narrowed(data: np.ndarray, start: Int, end: Int, order: Int) -> np.ndarray:
    """A byte for each unit of data[start:end] but the mark: ASCII as it is, all else 128."""
    low = 1 if order == BIG else 0
    if data[start + low] == 0xFF and data[start + 1 - low] == 0xFE:
        start += 2
    out = np.empty(max(end - start, 0) // 2, np.uint8)
    for k in range(out.shape[0]):
        at = start + 2 * k
        c = data[at + low]
        out[k] = c if c < 128 and data[at + 1 - low] == 0 else 128
    return out
