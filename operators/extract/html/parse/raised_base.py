"""Names what a superscript or subscript stands at: a digit, a year, a letter, a word, a bracket."""

import numpy as np

from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fnv1a
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit

(
    AFTER_NOTHING,
    AFTER_DIGIT,
    AFTER_YEAR,  # four digits, 1000 to 2099, that are no round power
    AFTER_NUMBER,  # 12,345: a figure of a text, hardly a base
    AFTER_LETTER,  # one or two, as variables and units have
    AFTER_FUNCTION,  # sin, cos, log, mol: words that take exponents
    AFTER_WORD,
    AFTER_BRACKETS,
    AFTER_BRACKETED_WORDS,
    AFTER_SIGN,
) = range(10)
_WITH_EXPONENT = """sin cos tan cot sec csc sinh cosh tanh log exp mol rad inch inches feet foot yard yards mile miles
    meter meters metre metres lbs min det kpc mpc pixel pixels"""
FUNCTIONS = np.array(sorted(fnv1a(word.encode()) for word in _WITH_EXPONENT.split()), np.uint64)
REACH = 80  # bytes back to an opening bracket
WORD_LETTERS = 4  # letters in a row that make the inside of brackets prose
NO_YEARS = (1000, 1024, 2000, 2048)


@njit(cache=True, nogil=True)
def base_before(text: np.ndarray, start: Int, end: Int) -> Int:
    """What text[start:end] ends with."""
    if end <= start:
        return AFTER_NOTHING
    c = text[end - 1]
    if c <= 32:
        return AFTER_NOTHING
    if 48 <= c <= 57:
        return _of_digits(text, start, end)
    if 97 <= (c | 32) <= 122 or (c >= 128 and not _is_sign(text, start, end)):
        return _of_letters(text, start, end)
    if c == 41 or c == 93:
        return _of_brackets(text, start, end)
    return AFTER_BRACKETS if c == 124 or c == 125 else AFTER_SIGN


@njit(cache=True, nogil=True)
def _is_sign(text: np.ndarray, start: Int, end: Int) -> bool:
    """Whether the last character is of the Latin-1 signs, general punctuation or CJK punctuation."""
    if end - 2 >= start and text[end - 2] == 0xC2:
        return bool(text[end - 1] != 0xB5)  # not the sign for micro
    if end - 3 < start:
        return False
    c, d = text[end - 3], text[end - 2]
    return bool((c == 0xE2 and d <= 0x81) or (c == 0xE3 and d == 0x80) or (c == 0xEF and d == 0xBC))


@njit(cache=True, nogil=True)
def _of_digits(text: np.ndarray, start: Int, end: Int) -> Int:
    at, value = end, 0
    while at > start and 48 <= text[at - 1] <= 57:
        at -= 1
    if end - at == 3 and at - 1 > start and text[at - 1] == 44 and 48 <= text[at - 2] <= 57:
        return AFTER_NUMBER
    if end - at != 4 or (at > start and 97 <= (text[at - 1] | 32) <= 122):
        return AFTER_DIGIT
    for k in range(at, end):
        value = 10 * value + np.int64(text[k]) - 48
    return AFTER_YEAR if 1000 <= value <= 2099 and value not in NO_YEARS else AFTER_DIGIT


@njit(cache=True, nogil=True)
def _of_letters(text: np.ndarray, start: Int, end: Int) -> Int:
    at, h, roman = end, BASIS, True
    while at > start and end - at < 12 and (97 <= (text[at - 1] | 32) <= 122 or text[at - 1] >= 128):
        at -= 1
        c = text[at]
        roman = roman and (c == 73 or c == 86 or c == 88 or c == 76 or c == 67 or c == 68 or c == 77)
    if end - at <= 2 or roman:
        return AFTER_LETTER
    for k in range(at, end):
        h = (h ^ np.uint64(text[k] | 32 if text[k] < 128 else text[k])) * PRIME
    for key in FUNCTIONS:
        if key == h:
            return AFTER_FUNCTION
    return AFTER_WORD


@njit(cache=True, nogil=True)
def _of_brackets(text: np.ndarray, start: Int, end: Int) -> Int:
    depth, letters, most = 0, 0, 0
    for k in range(end - 1, max(start, end - REACH) - 1, -1):
        c = text[k]
        if c == 41 or c == 93:
            depth += 1
        elif c == 40 or c == 91:
            depth -= 1
            if depth == 0:
                return AFTER_BRACKETED_WORDS if most >= WORD_LETTERS else AFTER_BRACKETS
        letters = letters + 1 if 97 <= (c | 32) <= 122 else 0
        most = max(most, letters)
    return AFTER_BRACKETED_WORDS
