"""Which documents may not be in a Unicode normal form, or hold characters to remove: a scan of the bytes.

Source:   Unicode Standard Annex #15, section 9 (quick check); character data of this interpreter's `unicodedata`.
"""

import functools
import unicodedata
from typing import Literal

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans
from corpusmill.operators.text.utf8 import code_at, width_at

Form = Literal["NFC", "NFKC"]
ORDER = 0xFF  # canonical combining class
SUSPECT = 1 << 8  # changes by itself, or may compose with the character before it
UNWANTED = 1 << 9
HANGUL_TAILS = ((0x1161, 0x1175), (0x11A8, 0x11C2))  # vowels and finals, which compose with a syllable before them


def needs_work(text: str, form: Form, unwanted: frozenset[str]) -> bool:
    """Whether `text` is out of order, or has a character that is suspect in this form or unwanted.

    True does not promise that normalising changes anything; False promises that it does not.

    >>> [needs_work(t, "NFC", frozenset("\\u200b")) for t in ("café", "cafe\\u0301", "a\\u200bb", "ﬁn")]
    [False, True, True, False]
    """
    table = form_table(form, unwanted)
    last = 0
    for character in text:
        row = int(table[ord(character)])
        order = row & ORDER
        if row >= SUSPECT or 0 < order < last:
            return True
        last = order
    return False


def flagged(texts: Spans, form: Form, unwanted: frozenset[str]) -> np.ndarray:
    """bool, one a document; `needs_work` is the specification."""
    found = np.zeros(len(texts.starts), np.bool_)
    _flag(texts.data, texts.starts, texts.ends, form_table(form, unwanted), found)
    return found


@functools.lru_cache(maxsize=8)
def form_table(form: Form, unwanted: frozenset[str]) -> np.ndarray:
    """uint16 (1114112,): combining class, SUSPECT and UNWANTED of each code point. Built in about 0.2 s."""
    table = np.zeros(0x110000, np.uint16)
    for code in (*range(0x80, 0x30000), *range(0xE0000, 0xE1000)):
        character = chr(code)
        if unicodedata.normalize(form, character) != character:
            table[code] |= SUSPECT
        table[code] |= unicodedata.combining(character)
        pair = unicodedata.decomposition(character).split()
        if len(pair) == 2 and pair[0][0] != "<" and unicodedata.normalize("NFC", character) == character:
            table[int(pair[1], 16)] |= SUSPECT
    for first, last in HANGUL_TAILS:
        table[first : last + 1] |= SUSPECT
    for character in unwanted:
        table[ord(character)] |= UNWANTED
    table.flags.writeable = False
    return table


@njit(nogil=True, cache=True)
def _flag(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, table: np.ndarray, found: np.ndarray) -> None:
    for i in range(len(starts)):
        p, end, last = starts[i], ends[i], 0
        while p < end:
            row = np.int32(table[np.uintp(code_at(data, p))])
            p += width_at(data, p)
            order = row & 0xFF
            if row >= 0x100 or 0 < order < last:
                found[i] = True
                break
            last = order
