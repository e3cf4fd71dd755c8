"""The characters of one block by kind; the plain words for them are in `plain.text`.

64 bytes are compared at a time. The text has room for as many after its end.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import ONE, WIDTH, lowest
from corpusmill.operators.extract.html.base.vectors import between, bytes_of, equal, ones, trailing_zeros
from corpusmill.operators.text.kernel import njit

is_separator = bytes_of((47, 47), (62, 62), (124, 124))  # / > |
is_stop = bytes_of((33, 33), (46, 46), (63, 63))  # ! . ?
is_punctuation = bytes_of((33, 33), (44, 44), (46, 46), (58, 59), (63, 63))  # ! , . : ; ?
is_sign = bytes_of((33, 34), (36, 36), (44, 44), (46, 47), (58, 59), (62, 64), (124, 124))  # all of these, and " $ @
ends_sentence = bytes_of((0, 32), (34, 34))
is_named = bytes_of((0xC2, 0xC2), (0xE2, 0xE3), (0xEF, 0xEF))
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
    chars = digits = capitals = separators = signs = prices = quotes = marks = beyond = cjk = np.int64(0)
    commas = sentences = np.int64(0)
    for at in range(start, end, WIDTH):
        valid = lowest(end - at)
        chars += ones(valid & ~between(text, at, 0x80, 0xBF))
        digits += ones(valid & between(text, at, 48, 57))
        capitals += ones(valid & between(text, at, 65, 90))
        if valid & is_sign(text, at):
            separators += ones(valid & is_separator(text, at))
            signs += ones(valid & equal(text, at, 64))
            prices += ones(valid & equal(text, at, 36))
            quotes += ones(valid & equal(text, at, 34))
            commas += ones(valid & equal(text, at, 44))
            marks += ones(valid & is_punctuation(text, at))
            stops = valid & is_stop(text, at)
            if stops:
                followed = ends_sentence(text, at + 1)
                sentences += ones(stops & (followed | ~lowest(end - at - 1)))
        begun = valid & between(text, at, 0xC0, 0xFF)
        if begun:
            beyond += ones(begun)
            cjk += ones(begun & between(text, at, 0xE4, 0xED))
            named = begun & is_named(text, at)
            while named:
                cjk += _count_named(text, at + trailing_zeros(named), end, row)
                named &= named - ONE
    row[C.CHARS], row[C.DIGIT_SHARE], row[C.UPPER_SHARE], row[C.NON_ASCII_SHARE] = chars, digits, capitals, beyond
    row[C.AT_SIGNS] = signs
    row[C.SEPARATORS] += separators
    row[C.CURRENCY] += prices
    row[C.QUOTES] += quotes
    row[C.COMMAS] += commas
    row[C.PUNCTUATION] += marks
    row[C.SENTENCES] += sentences
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
