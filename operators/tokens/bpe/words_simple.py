"""Where the next word ends by `GPT2`, `LLAMA3` and `QWEN2` of `expressions.py`.

Each function takes an address inside a stretch of valid UTF-8, the end of that stretch and the address of the class
table of its expression, and gives the end of the match that begins there.
"""

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.scan import (
    BLANK,
    LETTER,
    NEWLINE,
    NUMBER,
    OTHER,
    SPACE,
    at_most,
    class_at,
    contraction,
    letters,
    run_of,
    white,
)


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
