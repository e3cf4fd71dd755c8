"""Where the next word ends by `DEEPSEEK3` of `expressions.py`.

Each function takes an address inside a stretch of valid UTF-8, the end of that stretch and the address of the class
table of its expression, and gives the end of the match that begins there; gaps between matches are words too.
"""

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.raw import load8
from corpusmill.operators.tokens.bpe.scan import (
    BLANK,
    LETTER,
    MARK,
    NEWLINE,
    NUMBER,
    OTHER,
    PUNCTUATION,
    SPACE,
    class_at,
    run_of,
    white,
)

# Added to the class of characters that an earlier step cuts out: Han and Kana here; for DIGITS_GPT2, digits that the
# regular expressions' older Unicode does not know as numbers.
APART = 16


@njit(nogil=True, cache=True)
def is_ascii_letter(b: int) -> bool:
    """A-Z, a-z."""
    return 97 <= (b | 0x20) <= 122


@njit(nogil=True, cache=True)
def letters_and_marks(p: int, end: int, table: int) -> int:
    """Where the run of letters and marks ends, of Han and Kana or of others."""
    while p < end:
        kind, size = class_at(p, table)
        kind &= APART - 1
        if kind != LETTER and kind != MARK:
            break
        p += size
    return p


@njit(nogil=True, cache=True)
def deepseek3(p: int, end: int, table: int) -> int:
    """The third of `DEEPSEEK3`, inside a stretch that the first two have left; what it does not match is a gap."""
    kind, size = class_at(p, table)
    kind &= APART - 1
    q = p + size
    if kind == NUMBER:
        return end
    if kind == PUNCTUATION and size == 1 and q < end and is_ascii_letter(load8(q)):
        while q < end and is_ascii_letter(load8(q)):
            q += 1
        return q
    if kind in (LETTER, MARK):
        return letters_and_marks(p, end, table)
    after = SPACE
    if q < end:
        after = class_at(q, table)[0] & (APART - 1)
    if kind != PUNCTUATION and kind != NEWLINE and (after in (LETTER, MARK)):
        return letters_and_marks(q, end, table)
    if kind == PUNCTUATION or (kind == BLANK and after == PUNCTUATION):
        while q < end:
            kind, size = class_at(q, table)
            if kind & (APART - 1) != PUNCTUATION:
                break
            q += size
        return run_of(q, end, table, NEWLINE)
    if kind >= SPACE:
        return white(p, end, table, True)
    return gap(p, end, table)


@njit(nogil=True, cache=True)
def gap(p: int, end: int, table: int) -> int:
    """Where the run of unmatched characters ends that begins at p; the last one goes with letters that follow it."""
    last = p
    q = p
    while q < end:
        kind, size = class_at(q, table)
        kind &= APART - 1
        if kind != OTHER:
            return last if (kind in (LETTER, MARK)) and last > p else q
        last = q
        q += size
    return q
