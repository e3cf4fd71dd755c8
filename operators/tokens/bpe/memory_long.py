"""The memory of words too long for two numbers: found by hash, compared byte by byte."""

from typing import Any

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.memory import SLOT, Memory
from corpusmill.operators.tokens.bpe.merges import HALF, LOW, MULTIPLIER_1, MULTIPLIER_2
from corpusmill.operators.tokens.bpe.raw import load8, load32, load64, signed, store8, store32, store64

u64 = np.uint64


@njit(nogil=True, cache=True)
def long_hash(p: int, q: int) -> Any:
    """A 64-bit hash of the bytes from address p to q."""
    h = u64(q - p) * MULTIPLIER_2
    while p + 8 <= q:
        h = (h ^ load64(p)) * MULTIPLIER_1
        h ^= h >> u64(31)
        p += 8
    while p < q:
        h = (h ^ u64(load8(p))) * MULTIPLIER_1
        h ^= h >> u64(31)
        p += 1
    return h


@njit(nogil=True, cache=True)
def long_slot(memory: Memory, h: Any, p: int, q: int) -> int:
    """The address of the slot that holds the word from address p to q, or of the empty one where it would go."""
    mask = u64(memory.long_slots - 1)
    i = h & mask
    while True:
        at = memory.long + SLOT * signed(i)
        told = load64(at + 16)
        if told == 0:
            return at
        if load64(at) == h and signed(told >> HALF) == q - p:
            kept = memory.bytes + signed(load64(at + 8)) - p
            k = p
            while k < q and load8(kept + k) == load8(k):
                k += 1
            if k == q:
                return at
        i = (i + u64(1)) & mask


@njit(nogil=True, cache=True)
def keep_long(memory: Memory, at: int, h: Any, p: int, q: int, out: int, end: int) -> None:
    """Writes the word and its tokens, from address `out` to `end`, into the empty slot, while there is room."""
    count = (end - out) >> 2
    taken, bytes_ = signed(load64(memory.used + 8)), signed(load64(memory.used + 16))
    tokens = signed(load64(memory.used + 24))
    full = 2 * taken >= memory.long_slots or bytes_ + q - p > memory.most_bytes
    if full or tokens + count > memory.most_tokens:
        return
    for k in range(q - p):
        store8(memory.bytes + bytes_ + k, load8(p + k))
    for k in range(count):
        store32(memory.tokens + 4 * (tokens + k), load32(out + 4 * k))
    store64(at, h)
    store64(at + 8, u64(bytes_))
    store64(at + 16, (u64(q - p) << HALF) | u64(count))
    store64(at + 24, u64(tokens))
    store64(memory.used + 8, u64(taken + 1))
    store64(memory.used + 16, u64(bytes_ + q - p))
    store64(memory.used + 24, u64(tokens + count))


@njit(nogil=True, cache=True)
def recall_long(memory: Memory, at: int, out: int) -> int:
    """Writes the tokens of a filled slot at `out`; gives the address after the last."""
    count = signed(load64(at + 16) & LOW)
    source = memory.tokens + 4 * signed(load64(at + 24))
    for k in range(count):
        store32(out + 4 * k, load32(source + 4 * k))
    return out + 4 * count
