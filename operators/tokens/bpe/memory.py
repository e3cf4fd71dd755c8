"""A memory of words and their tokens: most words of a text were seen before, and merging them again is slow.

Words of up to 16 bytes are compared as two numbers; longer ones by hash, then byte by byte. Both tables fill up to half
and then stay as they are: words met early are the frequent ones.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from operators.tokens.bpe.merges import HALF, LOW, MULTIPLIER_1, MULTIPLIER_2, mixed
from operators.tokens.bpe.raw import load8, load32, load64, store8, store32, store64

u64 = np.uint64
SHORT = 16  # bytes
LONGEST_KEPT = 128  # bytes; longer words are hardly ever met twice
SHORT_SLOTS, LONG_SLOTS = 1 << 20, 1 << 19  # 2**16 slots halve the speed on text in 40 languages (measured)
LONG_BYTES, MANY_TOKENS = 1 << 24, 1 << 23
SLOT, CACHE_LINE = 32, 64  # bytes
# The bytes of the lower and of the upper number that belong to a word of n bytes.
LOW_MASK = np.array([(1 << 8 * min(n, 8)) - 1 for n in range(SHORT + 1)], np.uint64)
HIGH_MASK = np.array([(1 << 8 * max(n - 8, 0)) - 1 for n in range(SHORT + 1)], np.uint64)
# Up to three tokens are kept in one number, 21 bits each.
TOKEN_BITS = np.uint64(21)
TOKEN = np.uint64((1 << 21) - 1)
MOST_TOKENS = 1 << 21
FEW = 3


class Memory(NamedTuple):
    """Addresses and sizes of open-addressing tables of four uint64 a slot; a slot whose third is zero is empty."""

    short: int  # bytes 0-7, bytes 8-15, (place in tokens << 32 | tokens << 8 | bytes), up to three tokens
    short_slots: int  # a power of two
    long: int  # hash, place in `bytes`, (bytes << 32 | tokens), place in `tokens`
    long_slots: int
    bytes: int  # uint8: the long words, end to end
    most_bytes: int
    tokens: int  # int32: the tokens of long words, and of short ones with more than three
    most_tokens: int
    used: int  # int64[5]: short slots, long slots, bytes, tokens; words merged because they were not known


@dataclass(frozen=True, kw_only=True)
class MemoryTables:
    """The arrays behind `Memory`."""

    short: np.ndarray
    long: np.ndarray
    bytes: np.ndarray
    tokens: np.ndarray
    used: np.ndarray

    def addresses(self) -> Memory:
        return Memory(
            short=self.short.ctypes.data,
            short_slots=len(self.short),
            long=self.long.ctypes.data,
            long_slots=len(self.long),
            bytes=self.bytes.ctypes.data,
            most_bytes=len(self.bytes),
            tokens=self.tokens.ctypes.data,
            most_tokens=len(self.tokens),
            used=self.used.ctypes.data,
        )


def new_memory(*, short_slots: int = SHORT_SLOTS, long_slots: int = LONG_SLOTS) -> MemoryTables:
    """An empty memory: 100 MB at the default sizes, which the system gives as it fills."""
    return MemoryTables(
        short=slots(short_slots),
        long=slots(long_slots),
        bytes=np.zeros(LONG_BYTES, np.uint8),
        tokens=np.zeros(MANY_TOKENS, np.int32),
        used=np.zeros(5, np.int64),
    )


def slots(count: int) -> np.ndarray:
    """Empty slots, none of them across two cache lines."""
    raw = np.zeros(count * SLOT + CACHE_LINE, np.uint8)
    skip = -raw.ctypes.data % CACHE_LINE
    return raw[skip : skip + count * SLOT].view(np.uint64).reshape(count, 4)


@njit(nogil=True, cache=True)
def short_slot(memory: Memory, low: Any, high: Any, n: int) -> int:
    """The address of the slot that holds the word of n bytes (`low`, `high`), or of the empty one where it would go."""
    mask = u64(memory.short_slots - 1)
    i = mixed(low, high + u64(n)) & mask
    while True:
        at = memory.short + SLOT * np.int64(i)
        told = load64(at + 16)
        if told == 0 or (load64(at) == low and load64(at + 8) == high and (told & u64(0xFF)) == u64(n)):
            return at
        i = (i + u64(1)) & mask


@njit(nogil=True, cache=True)
def keep_short(memory: Memory, at: int, low: Any, high: Any, n: int, out: int, end: int) -> None:
    """Writes the word and its tokens, from address `out` to `end`, into the empty slot, while there is room."""
    count = (end - out) >> 2
    taken, tokens = np.int64(load64(memory.used)), np.int64(load64(memory.used + 24))
    if 2 * taken >= memory.short_slots or tokens + count > memory.most_tokens:
        return
    store64(memory.used, u64(taken + 1))
    store64(at, low)
    store64(at + 8, high)
    if count <= FEW:
        packed = u64(0)
        for k in range(count):
            packed |= u64(load32(out + 4 * k)) << (TOKEN_BITS * u64(k))
        store64(at + 24, packed)
        store64(at + 16, u64(n) | (u64(count) << u64(8)))
        return
    for k in range(count):
        store32(memory.tokens + 4 * (tokens + k), load32(out + 4 * k))
    store64(memory.used + 24, u64(tokens + count))
    store64(at + 16, u64(n) | (u64(count) << u64(8)) | (u64(tokens) << HALF))


@njit(nogil=True, cache=True)
def recall_short(memory: Memory, at: int, told: Any, out: int) -> int:
    """Writes the tokens of a slot at `out`, where there is room for three; gives the address after the last.

    told: the third number of the slot.
    """
    count = np.int64((told >> u64(8)) & u64(0xFF))
    if count <= FEW:
        packed = load64(at + 24)
        store64(out, (packed & TOKEN) | (((packed >> TOKEN_BITS) & TOKEN) << HALF))
        store32(out + 8, np.int64(packed >> (TOKEN_BITS + TOKEN_BITS)))
        return out + 4 * count
    source = memory.tokens + 4 * np.int64(told >> HALF)
    for k in range(count):
        store32(out + 4 * k, load32(source + 4 * k))
    return out + 4 * count


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
        at = memory.long + SLOT * np.int64(i)
        told = load64(at + 16)
        if told == 0:
            return at
        if load64(at) == h and np.int64(told >> HALF) == q - p:
            kept = memory.bytes + np.int64(load64(at + 8)) - p
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
    taken, bytes_ = np.int64(load64(memory.used + 8)), np.int64(load64(memory.used + 16))
    tokens = np.int64(load64(memory.used + 24))
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
    count = np.int64(load64(at + 16) & LOW)
    source = memory.tokens + 4 * np.int64(load64(at + 24))
    for k in range(count):
        store32(out + 4 * k, load32(source + 4 * k))
    return out + 4 * count


@njit(nogil=True, cache=True)
def count_merged(memory: Memory) -> None:
    """Counts a word that was not known."""
    store64(memory.used + 32, load64(memory.used + 32) + u64(1))
