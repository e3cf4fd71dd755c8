"""A memory of words and their tokens: most words of a text were seen before, and merging them again is slow.

Words of up to 16 bytes are compared as two numbers; longer ones by hash, then byte by byte. Both tables fill up to half
and then stay as they are: words met early are the frequent ones.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.merges import HALF, mixed
from corpusmill.operators.tokens.bpe.raw import load32, load64, signed, store32, store64

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
    first = mixed(low, high + u64(n)) & u64(memory.short_slots - 1)
    return short_slot_from(memory, memory.short + SLOT * signed(first), low, high, n)


@njit(nogil=True, cache=True)
def short_slot_from(memory: Memory, at: int, low: Any, high: Any, n: int) -> int:
    """The same, where the word's hash leads to the slot at address `at`."""
    while True:
        told = load64(at + 16)
        if told == 0 or (load64(at) == low and load64(at + 8) == high and (told & u64(0xFF)) == u64(n)):
            return at
        at += SLOT
        if at == memory.short + SLOT * memory.short_slots:
            at = memory.short


@njit(nogil=True, cache=True)
def keep_short(memory: Memory, at: int, low: Any, high: Any, n: int, out: int, end: int) -> None:
    """Writes the word and its tokens, from address `out` to `end`, into the empty slot, while there is room."""
    count = (end - out) >> 2
    taken, tokens = signed(load64(memory.used)), signed(load64(memory.used + 24))
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
def recall_short(memory: Memory, at: int, tokens: Any, out: int) -> int:
    """Writes the tokens of a slot at `out`, where there is room for three; gives the address after the last.

    tokens: the third number of the slot.
    """
    count = signed((tokens >> u64(8)) & u64(0xFF))
    if count <= FEW:
        packed = load64(at + 24)
        store64(out, (packed & TOKEN) | (((packed >> TOKEN_BITS) & TOKEN) << HALF))
        store32(out + 8, signed(packed >> (TOKEN_BITS + TOKEN_BITS)))
        return out + 4 * count
    source = memory.tokens + 4 * signed(tokens >> HALF)
    for k in range(count):
        store32(out + 4 * k, load32(source + 4 * k))
    return out + 4 * count


@njit(nogil=True, cache=True)
def count_merged(memory: Memory) -> None:
    """Counts a word that was not known."""
    store64(memory.used + 32, load64(memory.used + 32) + u64(1))
