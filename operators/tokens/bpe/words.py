"""Where the next word ends, for each published split expression: hand-written matchers of `expressions.py`.

Each function takes an address inside a stretch of valid UTF-8, the end of that stretch and the address of the class
table of its expression, and gives the end of the match that begins there (or of the gap between matches: a word too).
"""

import numpy as np
from numba import njit

from operators.tokens.bpe.raw import load8, load64
from operators.tokens.bpe.scan import (
    BLANK,
    LETTER,
    LOWER,
    MARK,
    NEWLINE,
    NUMBER,
    OTHER,
    PUNCTUATION,
    SPACE,
    UPPER,
    ascii_letters,
    at_most,
    class_at,
    contraction,
    letters,
    run_of,
    white,
)

# Added to the class of characters that an earlier step cuts out: Han and Kana for DEEPSEEK3; for DIGITS_GPT2, digits
# that the regular expressions' older Unicode does not know as numbers.
APART = 16
NO_FOLD = np.uint64(0)
GPT2, LLAMA3, QWEN2, O200K, DEEPSEEK3, DIGITS_GPT2 = range(6)


@njit(nogil=True, cache=True)
def gpt2(p: int, end: int, table: int) -> int:
    """`GPT2`."""
    q = contraction(p, end, False)
    if q > p:
        return q
    kind, size = class_at(p, table)
    q = p + size
    if kind == BLANK and q < end:
        after, size = class_at(q, table)
        if after < SPACE:
            kind = after
            q += size
    if kind == LETTER:
        return letters(q, end, table, LETTER)
    if kind < SPACE:
        return run_of(q, end, table, kind)
    return white(p, end, table, False)


@njit(nogil=True, cache=True)
def llama3(p: int, end: int, table: int, digits: int) -> int:
    """`LLAMA3` with digits=3, `QWEN2` with digits=1."""
    q = contraction(p, end, True)
    if q > p:
        return q
    kind, size = class_at(p, table)
    q = p + size
    if kind == LETTER:
        return letters(q, end, table, LETTER)
    if kind == NUMBER:
        return at_most(q, end, table, NUMBER, digits - 1)
    after, size = SPACE, 0
    if q < end:
        after, size = class_at(q, table)
    if kind != NEWLINE and after == LETTER:
        return letters(q + size, end, table, LETTER)
    if kind == OTHER or (kind == BLANK and after == OTHER):
        q = run_of(q, end, table, OTHER)
        return run_of(q, end, table, NEWLINE)
    return white(p, end, table, True)


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


@njit(nogil=True, cache=True, inline="always")
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


@njit(nogil=True, cache=True)
def stretch(p: int, end: int, table: int, mode: int) -> int:
    """Where the stretch ends that expressions before the last one cut out; for one expression, the end of the text."""
    if mode < DEEPSEEK3:
        return end
    kind, size = class_at(p, table)
    if mode == DIGITS_GPT2 and (kind == NUMBER or kind >= APART):
        return p + size
    if kind == NUMBER:
        return at_most(p + size, end, table, NUMBER, 2)
    apart = kind >= APART
    q = p + size
    while q < end:
        kind, size = class_at(q, table)
        if kind == NUMBER or (kind >= APART) != apart:
            break
        q += size
    return q


@njit(nogil=True, cache=True)
def next_word(p: int, end: int, table: int, mode: int) -> int:
    """The end of the word that begins at p, by the expression `mode`."""
    if mode == LLAMA3:
        return llama3(p, end, table, 3)
    if mode == QWEN2:
        return llama3(p, end, table, 1)
    if mode == O200K:
        return o200k(p, end, table)
    if mode == DEEPSEEK3:
        return deepseek3(p, end, table)
    if mode == DIGITS_GPT2 and class_at(p, table)[0] >= APART:
        return end
    return gpt2(p, end, table)
