"""Where the next word ends, for each split expression that the kernels know, by number."""

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.scan import NUMBER, at_most, class_at
from corpusmill.operators.tokens.bpe.words_deepseek3 import APART, deepseek3
from corpusmill.operators.tokens.bpe.words_o200k import o200k
from corpusmill.operators.tokens.bpe.words_simple import gpt2, llama3

GPT2, LLAMA3, QWEN2, O200K, DEEPSEEK3, DIGITS_GPT2 = range(6)


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
