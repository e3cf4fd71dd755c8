"""Decides by which marks a superscript or subscript stands apart, from what it holds and what it stands at."""

import numpy as np

from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fnv1a
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.parse.raised_base import (
    AFTER_BRACKETED_WORDS,
    AFTER_BRACKETS,
    AFTER_DIGIT,
    AFTER_LETTER,
    AFTER_NOTHING,
    AFTER_NUMBER,
    AFTER_SIGN,
    AFTER_WORD,
    AFTER_YEAR,
)
from corpusmill.operators.text.kernel import njit

DIGITS, LETTERS, SIGNS, OTHER = 1, 2, 4, 8  # what it holds, as bits
SPACE_AFTER = 1  # in RAISED_AFTER, beside the bytes } and ]
ORDINALS = np.array(
    sorted(
        fnv1a(ending.encode())
        for ending in [
            "st",
            "nd",
            "rd",
            "th",
            "e",
            "er",
            "es",
            "d",
            "de",
            "re",
            "eme",
            "ème",
            "ère",
            "ieme",
            "ième",
            "me",
            "o",
            "os",
            "a",
            "as",
            "r",
            "rs",
            "s",
            "t",
            "te",
            "le",
            "lle",
            "mo",
            "ma",
            "º",
            "ª",
            "tm",
            "sm",
            "mc",
            "md",
        ]
    ),
    np.uint64,
)
VARIABLES = np.zeros(256, np.bool_)  # single letters that are an exponent after a digit, no ordinal's ending
VARIABLES[list(b"ijkmnpqxyzNTX")] = True


@njit(cache=True, nogil=True)
def kinds_of(out: np.ndarray, first: Int, last: Int) -> Int:
    kinds = 0
    for k in range(first, last):
        c = out[k]
        if 48 <= c <= 57:
            kinds |= DIGITS
        elif 97 <= (c | 32) <= 122:
            kinds |= LETTERS
        elif c == 43 or c == 45 or (c == 0xE2 and k + 2 < last and out[k + 1] == 0x88 and out[k + 2] == 0x92):
            kinds |= SIGNS
        elif c >= 0xC0 and not (c == 0xE2 or c == 0xC2):
            kinds |= LETTERS
        elif (c < 0x80 or c >= 0xC0) and c != 46 and c != 44:
            kinds |= OTHER
    return kinds


@njit(cache=True, nogil=True)
def marks_of_sup(
    out: np.ndarray, o: Int, first: Int, last: Int, kinds: Int, base: Int, after: Int, before_element: bool
) -> tuple[Int, Int]:
    """(byte before, byte after) a superscript; 32 before is a space, 125 after asks for a brace before.

    before_element: whether the symbol of an element follows.
    """
    footnote, power = (np.int64(91), np.int64(93)), (np.int64(94), np.int64(0))
    braced, nothing = (np.int64(94), np.int64(125)), (np.int64(0), np.int64(0))
    if not kinds & (DIGITS | LETTERS | SIGNS):
        return nothing
    single = last - first == 1
    if base == AFTER_NOTHING:
        if kinds != DIGITS:
            return nothing
        if before_element:  # the mass number of an isotope
            return power
        return np.int64(0), np.int64(SPACE_AFTER)
    listed = kinds == DIGITS and not _all_digits(out, first, last)  # 1,2 or 3.4
    if kinds == DIGITS:
        if base in (AFTER_YEAR, AFTER_WORD, AFTER_SIGN, AFTER_BRACKETED_WORDS):
            return footnote
        if base == AFTER_NUMBER:
            return footnote
        return braced if listed or 48 <= after <= 57 else power
    if kinds & SIGNS and not kinds & OTHER:
        if base in (AFTER_WORD, AFTER_SIGN):
            return np.int64(32), np.int64(0)
        return power if single or not kinds & LETTERS else braced
    if kinds != LETTERS:
        if base in (AFTER_WORD, AFTER_SIGN, AFTER_BRACKETED_WORDS, AFTER_YEAR):
            return np.int64(32), np.int64(0)
        return braced
    ordinal = _is_ordinal(out, first, last)
    if base in (AFTER_DIGIT, AFTER_YEAR, AFTER_NUMBER):
        if single and VARIABLES[out[first]]:
            return braced if 97 <= (after | 32) <= 122 else power
        if single and not ordinal:
            return footnote
        return footnote if single and base == AFTER_NUMBER else nothing
    if base == AFTER_WORD:
        return footnote if single and 97 <= out[first] <= 122 and not 97 <= (after | 32) <= 122 else nothing
    if base == AFTER_LETTER:
        base_letter = out[o - 1]
        if ordinal and (base_letter < 97 or base_letter == 110):  # Dr, Mme, XIXe, no
            return nothing
        if 65 <= out[first] <= 90 and 97 <= (after | 32) <= 122:  # the letters of a logo
            return nothing
        return power if single and not 97 <= (after | 32) <= 122 else braced
    return nothing if ordinal and not single else (power if single else braced)


@njit(cache=True, nogil=True)
def marks_of_sub(out: np.ndarray, first: Int, last: Int, kinds: Int, base: Int, after: Int) -> tuple[Int, Int]:
    """(byte before, byte after) a subscript."""
    nothing = (np.int64(0), np.int64(0))
    if base in (AFTER_NOTHING, AFTER_SIGN) or kinds & OTHER or not kinds:
        return nothing
    if kinds == DIGITS:
        if base in (AFTER_LETTER, AFTER_BRACKETS):
            return np.int64(0), np.int64(SPACE_AFTER if 48 <= after <= 57 else 0)
        return np.int64(95), np.int64(SPACE_AFTER if 48 <= after <= 57 else 0)
    if kinds == SIGNS or (65 <= out[first] <= 90 and 97 <= (after | 32) <= 122):
        return nothing
    plain = not kinds & SIGNS and not 97 <= (after | 32) <= 122 and not 48 <= after <= 57
    return np.int64(95), np.int64(0 if plain else 125)


@njit(cache=True, nogil=True)
def _all_digits(out: np.ndarray, first: Int, last: Int) -> bool:
    digits = 0
    for k in range(first, last):
        digits += 48 <= out[k] <= 57
    return digits == last - first


@njit(cache=True, nogil=True)
def _is_ordinal(out: np.ndarray, first: Int, last: Int) -> bool:
    h = BASIS
    for k in range(first, last):
        c = np.int64(out[k])
        h = (h ^ np.uint64(c | 32 if c < 128 else c)) * PRIME
    found = False
    for key in ORDINALS:
        found = found or key == h
    return found


@njit(cache=True, nogil=True)
def is_element(src: np.ndarray, at: Int, n: Int) -> bool:
    """Whether a symbol of one or two letters stands at src[at], a capital first."""
    if at >= n or not 65 <= src[at] <= 90:
        return False
    at += 2 if at + 1 < n and 97 <= src[at + 1] <= 122 else 1
    return not (at < n and (97 <= (src[at] | 32) <= 122))


@njit(cache=True, nogil=True)
def is_fraction(src: np.ndarray, at: Int, n: Int) -> bool:
    """Whether src[at] is a fraction's stroke: a solidus, or U+2044 in bytes or by name."""
    if at + 2 >= n:
        return False
    if src[at] == 47:
        return True
    if src[at] == 0xE2:
        return bool(src[at + 1] == 0x81 and src[at + 2] == 0x84)
    return bool(src[at] == 38 and (src[at + 1] | 32) == 102 and src[at + 2] == 114)  # &frasl;
