"""The characters of one block by kind; the plain words for them are in `plain.text`.

64 bytes are compared at a time. The text has room for as many after its end.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import ONE, WIDTH, lowest
from corpusmill.operators.extract.html.base.vectors import between, equal, ones, trailing_zeros
from corpusmill.operators.text.kernel import njit

COUNTED = np.array(
    [
        *(C.CHARS, C.PUNCTUATION, C.COMMAS, C.SENTENCES, C.DIGIT_SHARE, C.UPPER_SHARE, C.SEPARATORS),
        *(C.COPYRIGHT, C.NON_ASCII_SHARE, C.AT_SIGNS, C.QUOTES, C.CURRENCY),
    ],
    np.int64,
)


@njit(cache=True, nogil=True, forceinline=True)
def count_characters(text: np.ndarray, start: Int, end: Int, row: np.ndarray) -> None:
    """Fills the columns COUNTED of `row`; CJK characters add half a word each to WORDS."""
    for k in COUNTED:
        row[k] = 0
    cjk = np.int64(0)
    for at in range(start, end, WIDTH):
        valid = lowest(end - at)
        continued = between(text, at, 0x80, 0xBF)
        row[C.CHARS] += ones(valid & ~continued)
        row[C.DIGIT_SHARE] += ones(valid & between(text, at, 48, 57))
        row[C.UPPER_SHARE] += ones(valid & between(text, at, 65, 90))
        row[C.SEPARATORS] += ones(valid & (equal(text, at, 124) | equal(text, at, 47) | equal(text, at, 62)))  # | / >
        row[C.AT_SIGNS] += ones(valid & equal(text, at, 64))
        row[C.CURRENCY] += ones(valid & equal(text, at, 36))
        row[C.QUOTES] += ones(valid & equal(text, at, 34))
        commas = valid & equal(text, at, 44)
        stops = valid & (equal(text, at, 46) | equal(text, at, 33) | equal(text, at, 63))  # . ! ?
        row[C.COMMAS] += ones(commas)
        row[C.PUNCTUATION] += ones(commas | stops | (valid & between(text, at, 58, 59)))
        if stops:
            followed = between(text, at + 1, 0, 32) | equal(text, at + 1, 34)
            row[C.SENTENCES] += ones(stops & (followed | ~lowest(end - at - 1)))
        begun = valid & between(text, at, 0xC0, 0xFF)
        if begun:
            row[C.NON_ASCII_SHARE] += ones(begun)
            cjk += ones(begun & between(text, at, 0xE4, 0xED))
            named = begun & (equal(text, at, 0xC2) | between(text, at, 0xE2, 0xE3) | equal(text, at, 0xEF))
            while named:
                cjk += _count_named(text, at + trailing_zeros(named), end, row)
                named &= named - ONE
    row[C.DIGIT_SHARE] /= max(row[C.CHARS], np.float32(1))
    row[C.UPPER_SHARE] /= max(row[C.CHARS], np.float32(1))
    row[C.NON_ASCII_SHARE] /= max(row[C.CHARS], np.float32(1))
    row[C.WORDS] += cjk // 2


@njit(cache=True, nogil=True, forceinline=True)
def _count_named(text: np.ndarray, j: Int, end: Int, row: np.ndarray) -> Int:
    """Counts the character at `j`, which begins with C2, E2, E3 or EF; 1 for one of CJK."""
    c = text[j]
    d = text[j + 1] if j + 1 < end else np.uint8(0)
    e = text[j + 2] if j + 2 < end else np.uint8(0)
    if c == 0xC2:
        if d == 0xA9:
            row[C.COPYRIGHT] = 1
        row[C.SEPARATORS] += d == 0xB7 or d == 0xBB  # middle dot, guillemet
        row[C.CURRENCY] += 0xA2 <= d <= 0xA5
    elif c == 0xE3:
        if not (d == 0x80 and (e == 0x81 or e == 0x82)):
            return np.int64(1)
        row[C.PUNCTUATION] += 1  # ideographic comma, full stop
        row[C.COMMAS] += e == 0x81
        row[C.SENTENCES] += e == 0x82
    elif c == 0xEF:
        if d == 0xBC and (e == 0x8C or e == 0x81 or e == 0x9F):  # full-width , ! ?
            row[C.PUNCTUATION] += 1
            row[C.COMMAS] += e == 0x8C
            row[C.SENTENCES] += e != 0x8C
    elif d == 0x82:  # the block of currency symbols
        row[C.CURRENCY] += e >= 0xA0
    elif d == 0x80:
        row[C.SEPARATORS] += e == 0xA2  # bullet
        row[C.QUOTES] += 0x98 <= e <= 0x9F
    return np.int64(0)
