"""Decides which characters that show nothing stay in running text: joiners and marks of words where they spell.

`rewrite.unicode` has the whole table with reasons; here goes what browsers give no width and no script needs.

Source: Unicode Standard 15, section 23.2 (layout controls); operators.text.removed_characters.UNSPACED_BLOCKS.
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.removed_characters import UNSPACED_BLOCKS
from corpusmill.operators.text.utf8 import code_at, width_at

HYPHEN = 45
FIRST_JOINED = 0x590  # Hebrew: from here on scripts are joined; before are Latin, Greek, Cyrillic, Armenian
PUNCTUATION = (0x2000, 0x206F)
REACH = 96  # bytes of a run between spaces that are looked at, on each side
_BLOCKS = np.array(UNSPACED_BLOCKS, np.int64)


@njit(cache=True, nogil=True)
def what_stays(out: np.ndarray, start: Int, o: Int, at: Int, end: Int, src: np.ndarray, i: Int, n: Int) -> Int:
    """The end of what stays of the invisible character out[at:end], which follows out[start:o]; `at` if it goes.

    src[i:n] is what comes after it. A soft hyphen beside a digit becomes a hyphen: `COVID-19`.
    """
    if o <= start or out[o - 1] <= 32 or at != o:
        return at
    if out[at] == 0xC2:  # a soft hyphen
        before, after = out[o - 1], src[i] if i < n else np.uint8(32)
        if (_is_digit(before) and _is_word(after)) or (_is_digit(after) and _is_word(before)):
            out[at] = HYPHEN
            return at + 1
        return at
    if out[at] != 0xE2 or out[at + 1] != 0x80:
        return at
    mark = out[at + 2]
    if mark == 0x8C or mark == 0x8D:  # U+200C and U+200D, in Persian, Indic scripts and emoji
        first = o - 1
        while first > start and out[first] & 0xC0 == 0x80:
            first -= 1
        code = code_at(out, first)
        joins = code >= FIRST_JOINED and not PUNCTUATION[0] <= code <= PUNCTUATION[1]
        return end if joins or (0x200C <= code <= 0x200D) else at
    if mark == 0x8B:  # U+200B
        behind = _unspaced(out, int(max(start, o - REACH)), int(o), True)
        return end if behind or _unspaced(src, int(i), int(min(n, i + REACH)), False) else at
    return at


@njit(cache=True, nogil=True)
def _unspaced(text: np.ndarray, begin: int, end: int, backwards: bool) -> bool:
    """Whether the run without spaces and tags at one end of text[begin:end] has a letter of a script without spaces."""
    if backwards:
        first = end
        while first > begin and text[first - 1] > 32:
            first -= 1
        begin = first
    while begin < end and text[begin] & 0xC0 == 0x80:
        begin += 1
    while begin < end and text[begin] > 32 and text[begin] != 60:
        if begin + width_at(text, begin) > end:
            return False
        code = code_at(text, begin)
        for k in range(_BLOCKS.shape[0]):
            if _BLOCKS[k, 0] <= code <= _BLOCKS[k, 1]:
                return True
        begin += width_at(text, begin)
    return False


@njit(cache=True, nogil=True)
def _is_digit(byte: Int) -> bool:
    return bool(48 <= byte <= 57)


@njit(cache=True, nogil=True)
def _is_word(byte: Int) -> bool:
    """Whether a byte is of a word: an ASCII letter or digit, or anything beyond ASCII."""
    return bool(byte >= 128 or 48 <= byte <= 57 or 97 <= (byte | 32) <= 122)
