"""What each code point is: one row of class bits and one lower-case code point for every character of Unicode.

The tables come from Python's own `unicodedata`, so the kernels that read them and the plain functions that are their
specification (`str.isspace`, `str.splitlines`, ...) cannot disagree. Building takes about 0.1 s and happens once a
process: only the planes that hold named characters (0 to 3 and 14) are asked for, the rest of the 1.1 million rows is
the same as an unassigned one. A generated file would be as large as a kernel and could differ from the interpreter.

Source: Unicode Character Database, the version of this interpreter (`UNICODE_VERSION`).
"""

import functools
import unicodedata
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.punctuation import PUNCTUATION, SENTENCE_ENDS

UNICODE_VERSION = unicodedata.unidata_version

SPACE = 1 << 0  # str.isspace
BREAK = 1 << 1  # ends a line for str.splitlines
ALPHA = 1 << 2  # str.isalpha
WORD = 1 << 3  # letters, marks, numbers
ALONE = 1 << 4  # of a script written without spaces: each character is a word
PLAIN = 1 << 5  # not in PUNCTUATION and no sentence end
ENDS = 1 << 6  # ends a sentence
REGEX_WORD = 1 << 7  # \w of the re module
UPPER = 1 << 8  # str.isupper
DECIMAL = 1 << 9  # str.isdecimal
ASCII_SIGN = 1 << 10  # string.punctuation
MARK = 1 << 11  # hash sign, dot, ellipsis: what Gopher counts beside words
LOWER = 1 << 12  # has a case and is not upper: str.islower, and title case
JOINS = 1 << 13  # belongs to the character before: marks, vowel signs
LEADS = 1 << 14  # the next character belongs to it: vowels written before their letter, signs that stack letters

CODE_POINTS = 0x110000
MARKS = "#.…"
LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"

# UAX #29: vowels of Thai and Lao that are letters and stand behind or before the letter they sound with; signs that put
# the next letter under this one (Khmer, Myanmar, Tai Tham, Javanese, Balinese).
VOWELS_BEHIND = "\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3"
VOWELS_BEFORE = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4"
STACKERS = "\u1039\u17d2\u1a60\u1b44\ua9c0"

# Blocks of Han, Kana, Thai, Lao, Khmer and Myanmar (Unicode 14, Blocks.txt), first and last code point.
ALONE_BLOCKS = (
    (0x0E00, 0x0E7F),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # Han: iteration mark, closing mark, zero
    (0x3021, 0x3029),  # Han: Hangzhou numerals
    (0x3038, 0x303B),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # Katakana phonetic extensions
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xA9E0, 0xA9FF),  # Myanmar extended B
    (0xAA60, 0xAA7F),  # Myanmar extended A
    (0xF900, 0xFAFF),  # Han, compatibility
    (0xFF66, 0xFF9F),  # halfwidth Katakana
    (0x1AFF0, 0x1B16F),  # Kana extended and supplement
    (0x20000, 0x3FFFF),  # Han, extensions B and on
)


@dataclass(frozen=True)
class UnicodeTables:
    """`bits`: uint16[1114112] of the class bits; `lower`: uint32[1114112], the lower-case code point."""

    bits: np.ndarray
    lower: np.ndarray


def class_bits(character: str) -> int:
    """The class bits of one character: the specification of one row of the table.

    >>> class_bits("a") == ALPHA | WORD | PLAIN | REGEX_WORD | LOWER
    True
    >>> class_bits("。") == ENDS, class_bits("ซ") & ALONE > 0
    (True, True)
    """
    code = ord(character)
    category = unicodedata.category(character)[0]
    bits = SPACE * character.isspace() | ALPHA * character.isalpha() | WORD * (category in "LMN")
    bits |= REGEX_WORD * (character.isalnum() or character == "_") | BREAK * (character in LINE_BREAKS)
    bits |= UPPER * character.isupper() | DECIMAL * character.isdecimal()
    bits |= LOWER * (character.islower() or unicodedata.category(character) == "Lt")
    bits |= ASCII_SIGN * (code < 128 and character.isprintable() and not character.isalnum() and character != " ")
    bits |= MARK * (character in MARKS)
    bits |= ALONE * any(first <= code <= last for first, last in ALONE_BLOCKS)
    bits |= ENDS * (character in SENTENCE_ENDS)
    bits |= JOINS * (category == "M" or character in VOWELS_BEHIND)
    bits |= LEADS * (character in VOWELS_BEFORE or character in STACKERS)
    return bits | PLAIN * (character not in PUNCTUATION and character not in SENTENCE_ENDS)


def lower_of(character: str) -> str:
    """Lower case of one code point by itself, always one code point: the first where Unicode gives two.

    >>> lower_of("A"), lower_of("Σ"), lower_of("İ")
    ('a', 'σ', 'i')
    """
    return character.lower()[0]


@functools.cache
def unicode_tables() -> UnicodeTables:
    """The tables of this interpreter's Unicode version, built on first use."""
    bits = np.full(CODE_POINTS, PLAIN, np.uint16)
    lower = np.arange(CODE_POINTS, dtype=np.uint32)
    for first, last in ((0, 0x3FFFF), (0xE0000, 0xE0FFF)):
        characters = list(map(chr, range(first, last + 1)))
        part = bits[first : last + 1]
        _set(part, SPACE, map(str.isspace, characters))
        _set(part, ALPHA, map(str.isalpha, characters))
        _set(part, UPPER, map(str.isupper, characters))
        _set(part, LOWER, map(str.islower, characters))
        _set(part, DECIMAL, map(str.isdecimal, characters))
        _set(part, REGEX_WORD, map(str.isalnum, characters))
        categories = np.array("".join(map(unicodedata.category, characters)).encode(), dtype=bytes)
        named = np.frombuffer(categories.tobytes(), np.uint8).reshape(-1, 2)
        _set(part, LOWER, (named == np.frombuffer(b"Lt", np.uint8)).all(axis=1))
        _set(part, WORD, np.isin(named[:, 0], np.frombuffer(b"LMN", np.uint8)))
        _set(part, JOINS, named[:, 0] == ord("M"))
        lowered = map(str.lower, characters)
        lower[first : last + 1] = np.fromiter((ord(text[0]) for text in lowered), np.uint32, len(characters))
    bits[ord("_")] |= REGEX_WORD
    for code in range(33, 127):
        bits[code] |= 0 if chr(code).isalnum() else ASCII_SIGN
    for character in LINE_BREAKS:
        bits[ord(character)] |= BREAK
    for character in MARKS:
        bits[ord(character)] |= MARK
    for character in VOWELS_BEHIND:
        bits[ord(character)] |= JOINS
    for character in VOWELS_BEFORE + STACKERS:
        bits[ord(character)] |= LEADS
    for first, last in ALONE_BLOCKS:
        bits[first : last + 1] |= ALONE
    for character in PUNCTUATION | SENTENCE_ENDS:
        bits[ord(character)] &= np.uint16(0xFFFF ^ PLAIN)
    for character in SENTENCE_ENDS:
        bits[ord(character)] |= ENDS
    bits.flags.writeable = lower.flags.writeable = False
    return UnicodeTables(bits, lower)


def _set(part: np.ndarray, bit: int, claims: object) -> None:
    """Raise `bit` in every row of `part` for which `claims` holds."""
    holds = claims if isinstance(claims, np.ndarray) else np.fromiter(claims, np.bool_, len(part))  # pyright: ignore
    part[holds] |= np.uint16(bit)
