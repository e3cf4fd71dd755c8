"""A memory of words and their tokens: most words of a text were seen before, and merging them again is slow.

Words of up to 16 bytes are compared as two numbers; longer ones by hash, then byte by byte. Both tables fill up to half
and then stay as they are: words met early are the frequent ones.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from operators.tokens.bpe.load64 import load8, load64
from operators.tokens.bpe.merges import HALF, LOW, MULTIPLIER_1, MULTIPLIER_2, mixed

u64 = np.uint64
SHORT = 16  # bytes
LONGEST_KEPT = 128  # bytes; longer words are hardly ever met twice
SHORT_SLOTS, LONG_SLOTS = 1 << 20, 1 << 19  # 2**16 slots halve the speed on text in 40 languages (measured)
LONG_BYTES, MANY_TOKENS = 1 << 24, 1 << 23
CACHE_LINE = 64
# The bytes of the lower and of the upper number that belong to a word of n bytes.
LOW_MASK = np.array([(1 << 8 * min(n, 8)) - 1 for n in range(SHORT + 1)], np.uint64)
HIGH_MASK = np.array([(1 << 8 * max(n - 8, 0)) - 1 for n in range(SHORT + 1)], np.uint64)
# Up to three tokens are kept in one number, 21 bits each.
TOKEN_BITS = np.uint64(21)
TOKEN = np.uint64((1 << 21) - 1)
MOST_TOKENS = 1 << 21
FEW = 3


class Memory(NamedTuple):
    """Open-addressing tables of four uint64 a slot; an all-zero third field is an empty slot."""

    short: np.ndarray  # bytes 0-7, bytes 8-15, (place in tokens << 32 | tokens << 8 | bytes), up to three tokens
    long: np.ndarray  # hash, place in `bytes`, (bytes << 32 | tokens), place in `tokens`
    bytes: np.ndarray  # uint8: the long words, end to end
    tokens: np.ndarray  # int32: the tokens of long words, and of short ones with more than three
    used: np.ndarray  # int64[5]: short slots, long slots, bytes, tokens; words merged because they were not known


def new_memory(*, short_slots: int = SHORT_SLOTS, long_slots: int = LONG_SLOTS) -> Memory:
    """An empty memory: 100 MB at the default sizes, which the system gives as it fills."""
    return Memory(
        short=slots(short_slots),
        long=slots(long_slots),
        bytes=np.zeros(LONG_BYTES, np.uint8),
        tokens=np.zeros(MANY_TOKENS, np.int32),
        used=np.zeros(5, np.int64),
    )


def slots(count: int) -> np.ndarray:
    """Empty slots, none of them across two cache lines."""
    raw = np.zeros(count * 32 + CACHE_LINE, np.uint8)
    skip = -raw.ctypes.data % CACHE_LINE
    return raw[skip : skip + count * 32].view(np.uint64).reshape(count, 4)


@njit(nogil=True, cache=True)
def short_slot(short: np.ndarray, low: Any, high: Any, n: int) -> Any:
    """The slot that holds the word of n bytes (`low` and `high`), or the empty one where it would go."""
    mask = u64(len(short) - 1)
    i = mixed(low, high + u64(n)) & mask
    while True:
        told = short[i, 2]
        if told == 0 or (short[i, 0] == low and short[i, 1] == high and (told & u64(0xFF)) == u64(n)):
            return i
        i = (i + u64(1)) & mask


@njit(nogil=True, cache=True)
def keep_short(memory: Memory, i: Any, low: Any, high: Any, n: int, out: np.ndarray, o: int, o2: int) -> None:
    """Writes the word and its tokens out[o:o2] into the empty slot i, while there is room."""
    count = o2 - o
    if memory.used[0] >= len(memory.short) // 2 or memory.used[3] + count > len(memory.tokens):
        return
    memory.used[0] += 1
    short = memory.short
    short[i, 0] = low
    short[i, 1] = high
    short[i, 2] = u64(n) | (u64(count) << u64(8))
    if count <= FEW:
        packed = u64(0)
        for k in range(count):
            packed |= u64(out[o + k]) << (TOKEN_BITS * u64(k))
        short[i, 3] = packed
        return
    at = memory.used[3]
    memory.tokens[at : at + count] = out[o:o2]
    memory.used[3] += count
    short[i, 2] |= u64(at) << HALF


@njit(nogil=True, cache=True)
def recall_short(memory: Memory, i: Any, out: np.ndarray, o: int) -> int:
    """Writes the tokens of the filled slot i at out[o:], which has room for three; gives the place after the last."""
    told = memory.short[i, 2]
    count = int((told >> u64(8)) & u64(0xFF))
    if count <= FEW:
        packed = memory.short[i, 3]
        out[o] = np.int32(packed & TOKEN)
        out[o + 1] = np.int32((packed >> TOKEN_BITS) & TOKEN)
        out[o + 2] = np.int32(packed >> (TOKEN_BITS + TOKEN_BITS))
        return o + count
    at = np.int64(told >> HALF)
    for k in range(count):
        out[o + k] = memory.tokens[at + k]
    return o + count


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
def long_slot(memory: Memory, h: Any, p: int, q: int) -> Any:
    """The slot that holds the word from address p to q, or the empty one where it would go."""
    mask = u64(len(memory.long) - 1)
    i = h & mask
    while True:
        told = memory.long[i, 2]
        if told == 0:
            return i
        if memory.long[i, 0] == h and np.int64(told >> HALF) == q - p:
            at = np.int64(memory.long[i, 1])
            k = 0
            while k < q - p and memory.bytes[at + k] == load8(p + k):
                k += 1
            if k == q - p:
                return i
        i = (i + u64(1)) & mask


@njit(nogil=True, cache=True)
def keep_long(memory: Memory, i: Any, h: Any, p: int, q: int, out: np.ndarray, o: int, o2: int) -> None:
    """Writes the word and its tokens out[o:o2] into the empty slot i, while there is room."""
    used = memory.used
    full = used[1] >= len(memory.long) // 2 or used[2] + q - p > len(memory.bytes)
    if full or used[3] + o2 - o > len(memory.tokens):
        return
    for k in range(q - p):
        memory.bytes[used[2] + k] = load8(p + k)
    memory.tokens[used[3] : used[3] + o2 - o] = out[o:o2]
    memory.long[i, 0] = h
    memory.long[i, 1] = u64(used[2])
    memory.long[i, 2] = (u64(q - p) << HALF) | u64(o2 - o)
    memory.long[i, 3] = u64(used[3])
    used[1] += 1
    used[2] += q - p
    used[3] += o2 - o


@njit(nogil=True, cache=True)
def recall_long(memory: Memory, i: Any, out: np.ndarray, o: int) -> int:
    """Writes the tokens of the filled slot i at out[o:]; gives the place after the last."""
    count = int(memory.long[i, 2] & LOW)
    at = np.int64(memory.long[i, 3])
    for k in range(count):
        out[o + k] = memory.tokens[at + k]
    return o + count
