"""Which texts are in NFC already, as most are: only the others need the normalizer.

Source: Unicode Standard Annex 15, "Detecting Normalization Forms", the quick check; what it leaves open counts as no.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit

UNSETTLED = 255  # a character that NFC may change, or that is not known


def is_normal(text: np.ndarray, offsets: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """True for each document whose characters NFC certainly leaves as they are.

    orders: uint8 a code point, its combining class or UNSETTLED.
    """
    found = np.empty(len(offsets) - 1, np.bool_)
    check(text, offsets, orders, found)
    return found


@njit(nogil=True, cache=True)
def check(text: np.ndarray, offsets: np.ndarray, orders: np.ndarray, found: np.ndarray) -> None:
    """Writes for each document whether no character is UNSETTLED and combining classes other than 0 never fall."""
    for d in range(len(found)):
        p, end = offsets[d], offsets[d + 1]
        before = 0
        found[d] = True
        while p < end:
            b = np.int64(text[p])
            if b < 0x80:
                p += 1
                before = 0
                continue
            if b < 0xE0:
                point = (b & 0x1F) << 6 | (text[p + 1] & 0x3F)
                p += 2
            elif b < 0xF0:
                point = (b & 0x0F) << 12 | np.int64(text[p + 1] & 0x3F) << 6 | (text[p + 2] & 0x3F)
                p += 3
            else:
                point = (b & 0x07) << 18 | np.int64(text[p + 1] & 0x3F) << 12
                point |= np.int64(text[p + 2] & 0x3F) << 6 | (text[p + 3] & 0x3F)
                p += 4
            order = orders[point]
            if order == UNSETTLED or (order != 0 and order < before):
                found[d] = False
                break
            before = order
