"""Where words begin by `GPT2` of `expressions.py`, for a window of ASCII at once: no branch depends on a character.

Each class of characters is a number with a bit for each byte of the window. The bits follow from the expression: a run
of letters, of digits or of other characters is a word, with the blank before it, if there is one; of a run of spaces
the last character is left to what follows; and contractions are cut off where a run of others begins with an
apostrophe.
"""

from typing import Any

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.raw import bytes_between, low_zeros

u64 = np.uint64
ONE = np.uint64(1)
CASE = 0x20


@njit(nogil=True, cache=True)
def byte_is(p: int, byte: int) -> Any:
    """A bit for each byte of the window at p that is this one."""
    return bytes_between(p, byte, byte)


@njit(nogil=True, cache=True)
def gpt2_starts(p: int) -> Any:
    """A bit for each byte of the window at p where a word begins, its own first one among them; p begins a word.

    Bits are set as far as they are sure: up to the last but one byte before the first that is not ASCII.
    """
    foreign = bytes_between(p, 0x80, 0xFF)
    letter = bytes_between(p, 97, 122) | bytes_between(p, 65, 90)
    digit = bytes_between(p, 48, 57)
    blank = byte_is(p, 32)
    white = bytes_between(p, 9, 13) | blank
    other = ~(letter | digit | white | foreign)
    run = (letter & ~(letter << ONE)) | (digit & ~(digit << ONE)) | (other & ~(other << ONE))
    starts = (run & ~(blank << ONE)) | (white & (~(white << ONE) | ~(white >> ONE))) | ONE
    apostrophe = byte_is(p, 39) & starts
    if apostrophe != 0:
        starts = with_contractions(p, starts, apostrophe)
    sure = low_zeros(foreign) - 1
    return starts & ((ONE << u64(max(sure, 0))) - ONE) | ONE


@njit(nogil=True, cache=True)
def with_contractions(p: int, starts: Any, apostrophe: Any) -> Any:
    """The starts, with contractions cut off: `'s` and its like are words, and what follows them begins one."""
    s_t_m_d = byte_is(p, 115) | byte_is(p, 116) | byte_is(p, 109) | byte_is(p, 100)
    short = apostrophe & (s_t_m_d >> ONE)
    e, ll = byte_is(p, 101), byte_is(p, 108)
    two = ((byte_is(p, 114) | byte_is(p, 118)) & (e >> ONE)) | (ll & (ll >> ONE))
    long = apostrophe & (two >> ONE)
    starts &= ~((short | long) << ONE)
    return starts | (short << u64(2)) | (long << u64(3))
