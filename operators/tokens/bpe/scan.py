"""Characters of UTF-8 text by class, and the runs that every split expression is made of.

Text is read by address, from p up to `end`, and must be valid UTF-8; `table` is the address of one uint8 for each code
point. Classes from SPACE on are white.
"""

from typing import Any

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.raw import load8, load64, low_zeros

OTHER, LETTER, NUMBER, UPPER, LOWER, MARK, PUNCTUATION = 0, 1, 2, 3, 4, 5, 6
SPACE, NEWLINE, BLANK = 8, 9, 10  # NEWLINE: \n and \r; BLANK: U+0020

EACH = np.uint64(0x0101010101010101)
TOP = np.uint64(0x8080808080808080)
CASE = np.uint64(0x2020202020202020)
FROM_A = np.uint64(0x1F1F1F1F1F1F1F1F)  # 0x80 - "a": added to a byte, the top bit tells whether it is "a" or more
PAST_Z = np.uint64(0x0505050505050505)  # 0x80 - ("z" + 1)


@njit(nogil=True, cache=True)
def class_at(p: int, table: int) -> tuple[int, int]:
    """Class and length in bytes of the character that begins at p."""
    b = load8(p)
    if b < 0x80:
        return load8(table + b), 1
    if b < 0xE0:
        return load8(table + (((b & 0x1F) << 6) | (load8(p + 1) & 0x3F))), 2
    if b < 0xF0:
        return load8(table + (((b & 0x0F) << 12) | ((load8(p + 1) & 0x3F) << 6) | (load8(p + 2) & 0x3F))), 3
    high = ((b & 0x07) << 18) | ((load8(p + 1) & 0x3F) << 12)
    return load8(table + (high | ((load8(p + 2) & 0x3F) << 6) | (load8(p + 3) & 0x3F))), 4


@njit(nogil=True, cache=True)
def run_of(p: int, end: int, table: int, category: int) -> int:
    """Where the run of characters of one class ends that begins at p."""
    while p < end:
        kind, size = class_at(p, table)
        if kind != category:
            break
        p += size
    return p


@njit(nogil=True, cache=True)
def ascii_letters(eight: Any, fold: Any) -> int:
    """How many of eight bytes, from the first on, are a-z; with fold=CASE, A-Z too."""
    low = (eight & ~TOP) | fold
    letters = (low + FROM_A) & ~(low + PAST_Z) & ~eight & TOP
    return low_zeros(letters ^ TOP) >> 3


@njit(nogil=True, cache=True)
def letters(p: int, end: int, table: int, category: int) -> int:
    """`run_of` for a class that A-Z and a-z belong to: eight bytes at a time while they last."""
    while p < end:
        if p + 8 <= end:
            n = ascii_letters(load64(p), CASE)
            p += n
            if n == 8:
                continue
            if load8(p) < 0x80:
                return p
        while p < end:
            kind, size = class_at(p, table)
            if kind != category:
                return p
            p += size
            if size == 1:
                break
    return p


@njit(nogil=True, cache=True)
def at_most(p: int, end: int, table: int, category: int, most: int) -> int:
    """`run_of`, but no further than `most` characters."""
    while p < end and most > 0:
        kind, size = class_at(p, table)
        if kind != category:
            break
        p += size
        most -= 1
    return p


@njit(nogil=True, cache=True)
def white(p: int, end: int, table: int, to_newline: bool) -> int:
    r"""End of the match of `\s*[\r\n]+|\s+(?!\S)|\s+` (the first part only if `to_newline`) at p, which is white."""
    q = p
    last = p
    newline = p
    while q < end:
        kind, size = class_at(q, table)
        if kind < SPACE:
            break
        last = q
        q += size
        if kind == NEWLINE:
            newline = q
    if to_newline and newline > p:
        return newline
    if q == end or last == p:
        return q
    return last


@njit(nogil=True, cache=True)
def contraction(p: int, end: int, any_case: bool) -> int:
    r"""End of the match of `'s|'t|'re|'ve|'m|'ll|'d` at p, or p. In any case, U+017F is an s too."""
    if p + 1 >= end or load8(p) != 39:
        return p
    fold = 0x20 if any_case else 0
    x = load8(p + 1) | fold
    if x == 115 or x == 116 or x == 109 or x == 100:  # s t m d
        return p + 2
    if p + 2 >= end:
        return p
    if any_case and load8(p + 1) == 0xC5 and load8(p + 2) == 0xBF:
        return p + 3
    y = load8(p + 2) | fold
    if (x == 114 and y == 101) or (x == 118 and y == 101) or (x == 108 and y == 108):  # re ve ll
        return p + 3
    return p
