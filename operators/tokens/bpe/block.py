"""Words cut off a text a block at a time: the numbers each is known by, and the slot where memory would hold it."""

from typing import Any

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.memory import HIGH_MASK, LOW_MASK, SHORT, SLOT, Memory
from corpusmill.operators.tokens.bpe.merges import mixed
from corpusmill.operators.tokens.bpe.raw import WINDOW, load64, low_zeros, prefetch, signed, store64
from corpusmill.operators.tokens.bpe.windows_gpt2 import gpt2_starts
from corpusmill.operators.tokens.bpe.words import GPT2, next_word, stretch

u64 = np.uint64
ONE = np.uint64(1)
# Words are cut a block at a time, so that memory has fetched the slots of all of them by the time they are looked up.
BLOCK = 64  # words
WORD = 32  # bytes a word in the block: its address, its two numbers, the address of its slot
BLOCK_BYTES = WORD * (BLOCK + WINDOW + 1)  # the last window may give a word a byte


@njit(nogil=True, cache=True)
def note(at: int, p: int, n: int, low: Any, high: Any, memory: Memory) -> None:
    """Writes a word of n bytes at address p into the block at address `at`, and asks for its slot.

    low, high: the sixteen bytes from p on; of words that are longer, or too near the end to be read, they are not used.
    """
    store64(at, u64(p))
    if n <= SHORT:
        low &= LOW_MASK[n]
        high &= HIGH_MASK[n]
        slot = memory.short + SLOT * signed(mixed(low, high + u64(n)) & u64(memory.short_slots - 1))
        prefetch(slot)
        store64(at + 8, low)
        store64(at + 16, high)
        store64(at + 24, u64(slot))


@njit(nogil=True, cache=True)
def find_words(
    p: int, stop: int, end: int, readable: int, table: int, mode: int, memory: Memory, block: int
) -> tuple[int, int]:
    """Cuts about BLOCK words off the text and asks for their slots; gives the end of the block, and of the stretch."""
    last = block
    while p < end and last < block + WORD * BLOCK:
        if p == stop:
            stop = stretch(p, end, table, mode)
        if mode == GPT2 and p + WINDOW + SHORT <= stop:
            starts = gpt2_starts(p)
            starts &= starts - ONE  # the word at p itself begins there
            if starts != 0:
                begin = p
                while starts != 0:
                    q = begin + low_zeros(starts)
                    starts &= starts - ONE
                    note(last, p, q - p, load64(p), load64(p + 8), memory)
                    last += WORD
                    p = q
                continue
        n = next_word(p, stop, table, mode) - p
        if p + SHORT <= readable:
            note(last, p, n, load64(p), load64(p + 8), memory)
        else:
            note(last, p, SHORT + 1, u64(0), u64(0), memory)
        last += WORD
        p += n
    store64(last, u64(p))
    return last, stop
