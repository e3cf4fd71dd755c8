"""Sorts characters into the classes that the detector's model counts, alike in training and in use."""

import unicodedata
from functools import lru_cache

from corpusmill.operators.text.charsets.candidates import LATIN, SCRIPTS, SINGLE_BYTE

# Classes of what is no letter of the language; its letters, from the commonest on, follow from FIRST_LETTER.
(SPACE, DIGIT, PUNCTUATION, APOSTROPHE, TYPOGRAPHIC, SYMBOL, DRAWING, NO_CHARACTER, HARD_SPACE) = range(9)
FOREIGN_ASCII, OTHER_LETTER, FOREIGN_LETTER, FIRST_LETTER = 9, 10, 11, 12
CLASSES = 96
MOST_LETTERS = CLASSES - FIRST_LETTER

# What the case of a character says of the next one.
NO_LETTER, SMALL, CAPITAL, CASELESS = range(4)
CASES = 4

UNDEFINED = "\ufffd"  # a byte that an encoding does not use
NEVER_MEANT = "¤"  # the sign that ISO-8859-15 replaced by the euro sign
_APOSTROPHES = "\u2019"
_TYPOGRAPHIC = "‘‚“”„‹›«»–—―…•·†‡"
_SYMBOLS = "©®™€£§°±²³¹¼½¾×÷µ¶ªº¿¡‰¢¥№¤،؛؟"
# The comma and the cedilla below are one letter of Romanian, that fonts and encodings mix up.
_SAME = {"ș": "ş", "ț": "ţ", "Ș": "Ş", "Ț": "Ţ"}


def folded(character: str) -> str:
    """The small letter of a character, in one character; İ is i.

    >>> [folded(c) for c in "AéİȚ1"]
    ['a', 'é', 'i', 'ţ', '1']
    """
    lower = _SAME.get(character, character).lower()
    return lower if len(lower) == 1 else lower[0]


@lru_cache(maxsize=4096)
def script_of(character: str) -> str | None:
    """One of SCRIPTS for a letter or a mark of it, "other" for any other letter, None for what is no letter.

    >>> [script_of(c) for c in "aжλאعก。1ü"]
    ['latin', 'cyrillic', 'greek', 'hebrew', 'arabic', 'thai', None, None, 'latin']
    """
    if character in _SYMBOLS or unicodedata.category(character)[0] not in "LM":
        thai_sign = "\u0e2f" <= character <= "\u0e5b"
        return "thai" if thai_sign else None
    name = unicodedata.name(character, "").split(" ")[0].lower()
    return LATIN if name == "combining" else name if name in SCRIPTS else "other"


def case_of(character: str) -> int:
    """NO_LETTER, SMALL, CAPITAL or CASELESS.

    >>> [case_of(c) for c in "1aAא"]
    [0, 1, 2, 3]
    """
    if script_of(character) is None:
        return NO_LETTER
    return CAPITAL if character.isupper() else SMALL if character.islower() else CASELESS


def class_of(character: str, script: str, letters: str) -> int:
    """The class of a character for a language that writes `script` with `letters` (folded, the commonest first).

    >>> [class_of(c, "latin", "etaoé") for c in "É q ж 7 ’ ".replace(" ", "")]
    [16, 10, 11, 1, 3]
    """
    own = script_of(character)
    if own is not None:
        place = letters.find(folded(character)) if own == script else -1
        if place >= 0:
            return FIRST_LETTER + place
        if own == script:
            return OTHER_LETTER
        return FOREIGN_ASCII if character.isascii() else FOREIGN_LETTER
    if character in (UNDEFINED, NEVER_MEANT):
        return NO_CHARACTER
    if character.isspace() and character.isascii():
        return SPACE
    if character.isascii():
        return DIGIT if character.isdigit() else NO_CHARACTER if not character.isprintable() else PUNCTUATION
    if character in _APOSTROPHES:
        return APOSTROPHE
    if character in _TYPOGRAPHIC:
        return TYPOGRAPHIC
    if character in _SYMBOLS:
        return SYMBOL
    if character in "\u00a0\u00ad\u200c\u200d\u200e\u200f":
        return HARD_SPACE
    return NO_CHARACTER if unicodedata.category(character) in ("Cc", "Co", "Cn") else DRAWING


def inventory() -> str:
    """Every character that a candidate of one byte a character writes, UNDEFINED first, then by code point."""
    found = {c for each in SINGLE_BYTE for c in characters_of(each.codec)}
    return UNDEFINED + "".join(sorted(found - {UNDEFINED}))


def characters_of(codec: str) -> str:
    """The 256 characters of an encoding of one byte a character, UNDEFINED where it has none."""
    return "".join(bytes([byte]).decode(codec, "replace")[:1] or UNDEFINED for byte in range(256))
