"""Where the next word ends by `O200K` of `expressions.py`.

Each function takes an address inside a stretch of valid UTF-8, the end of that stretch and the address of the class
table of its expression, and gives the end of the match that begins there.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.raw import load8, load64
from corpusmill.operators.tokens.bpe.scan import (
    BLANK,
    LETTER,
    LOWER,
    MARK,
    NEWLINE,
    NUMBER,
    OTHER,
    SPACE,
    UPPER,
    ascii_letters,
    at_most,
    class_at,
    contraction,
    run_of,
    white,
)

NO_FOLD = np.uint64(0)


@njit(nogil=True, cache=True)
def capital_word(p: int, end: int, table: int) -> int:
    """Upper-case characters, then at least one that may be lower: `O200K`'s first rule after its prefix; -1 if none.

    Letters without case and marks may be either. When nothing lower follows, the match backs up to the last of them.
    """
    either = -1
    while p < end:
        kind, size = class_at(p, table)
        if kind in (LETTER, MARK):
            either = p + size
        elif kind != UPPER:
            break
        p += size
    if p < end and class_at(p, table)[0] == LOWER:
        return lower_run(p, end, table)
    return either


@njit(nogil=True, cache=True)
def lower_run(p: int, end: int, table: int) -> int:
    """Where the run of characters that may be lower-case ends."""
    while p < end:
        if p + 8 <= end:
            n = ascii_letters(load64(p), NO_FOLD)
            p += n
            if n == 8:
                continue
            if load8(p) < 0x80:
                return p
        while p < end:
            kind, size = class_at(p, table)
            if kind != LOWER and kind != LETTER and kind != MARK:
                return p
            p += size
            if size == 1:
                break
    return p


@njit(nogil=True, cache=True)
def o200k(p: int, end: int, table: int) -> int:
    """`O200K`."""
    kind, size = class_at(p, table)
    if kind == NUMBER:
        return at_most(p + size, end, table, NUMBER, 2)
    q = -1
    if kind in (LETTER, UPPER, LOWER):
        q = capital_word(p, end, table)
        if q < 0:
            q = run_of(p, end, table, UPPER)
    elif kind != NEWLINE:
        q = capital_word(p + size, end, table)
        if q < 0 and kind == MARK:
            q = capital_word(p, end, table)
        if q < 0:
            q = run_of(p + size, end, table, UPPER)
            if q == p + size:
                q = -1
    if q > 0:
        return contraction(q, end, True)
    after = SPACE
    if p + size < end:
        after = class_at(p + size, table)[0]
    if kind == OTHER or (kind == BLANK and after == OTHER):
        q = p + size
        while q < end:
            kind, size = class_at(q, table)
            if kind != OTHER and kind != MARK:
                break
            q += size
        while q < end and (load8(q) == 10 or load8(q) == 13 or load8(q) == 47):
            q += 1
        return q
    return white(p, end, table, True)
