"""Merging bytes into tokens by rank: byte-pair encoding of one word.

Source: Sennrich et al. 2016, arXiv:1508.07909. As in `tokenizers` the lowest rank merges first, of equal ones the
leftmost, and where a vocabulary lists a pair twice the later merge counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from operators.tokens.bpe.raw import load8, load32, load64, store32, store64

u64 = np.uint64
NO_MERGE = np.uint64(0xFFFFFFFFFFFFFFFF)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
MULTIPLIER_1 = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads consecutive keys
MULTIPLIER_2 = np.uint64(0xD6E8FEB86659FD93)  # an odd constant of mixed bits
SHORT_WORD = 48  # bytes; up to here a linear search for the lowest rank is faster than a heap (measured)


class Merges(NamedTuple):
    """What to merge: addresses of tables. A merge is one uint64: rank in the upper half, token it makes in the lower."""

    byte_ids: int  # uint32[256]: the token of each single byte
    byte_pairs: int  # uint64[65536]: the merge of two bytes, or NO_MERGE
    pairs: int  # uint64[2 * capacity]: (left << 32 | right, merge), open addressing; NO_MERGE where empty
    capacity: int  # a power of two


class Room(NamedTuple):
    """Where a word lies while it is merged: addresses of arrays at least as long as the longest word in bytes."""

    ids: int  # uint32
    merge: int  # uint64: of this token and the next one
    after: int  # uint32
    before: int  # uint32
    heap: int  # uint64, three times as long


@dataclass(frozen=True, kw_only=True)
class MergeTables:
    """The arrays behind `Merges`."""

    byte_ids: np.ndarray
    byte_pairs: np.ndarray
    pairs: np.ndarray

    def addresses(self) -> Merges:
        return Merges(
            byte_ids=self.byte_ids.ctypes.data,
            byte_pairs=self.byte_pairs.ctypes.data,
            pairs=self.pairs.ctypes.data,
            capacity=len(self.pairs) // 2,
        )


@dataclass(frozen=True, kw_only=True)
class RoomArrays:
    """The arrays behind `Room`, for words of up to so many bytes."""

    word_bytes: int
    arrays: dict[str, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        n = self.word_bytes
        types = {"ids": np.uint32, "merge": np.uint64, "after": np.uint32, "before": np.uint32}
        arrays = {name: np.empty(n, dtype) for name, dtype in types.items()} | {"heap": np.empty(3 * n, np.uint64)}
        object.__setattr__(self, "arrays", arrays)

    def addresses(self) -> Room:
        return Room(**{name: array.ctypes.data for name, array in self.arrays.items()})


def merges_of(byte_ids: Sequence[int], left: Sequence[int], right: Sequence[int], made: Sequence[int]) -> MergeTables:
    """The tables of a vocabulary: merge r makes token `made[r]` of `left[r]` and `right[r]`."""
    last = {(a, b): (rank, c) for rank, (a, b, c) in enumerate(zip(left, right, made, strict=True))}
    capacity = 1 << max(4, (5 * len(last) // 2).bit_length())
    tables = MergeTables(
        byte_ids=np.array(byte_ids, np.uint32),
        byte_pairs=np.full(1 << 16, NO_MERGE, np.uint64),
        pairs=np.full(2 * capacity, NO_MERGE, np.uint64),
    )
    keys = np.array([a << 32 | b for a, b in last], np.uint64)
    fill(tables.pairs, keys, np.array([rank << 32 | c for rank, c in last.values()], np.uint64))
    fill_byte_pairs(tables.byte_pairs, tables.addresses())
    return tables


@njit(nogil=True, cache=True)
def mixed(a: Any, b: Any) -> Any:
    """A 64-bit hash of two uint64."""
    h = (a * MULTIPLIER_1) ^ (b * MULTIPLIER_2)
    h ^= h >> u64(29)
    h *= MULTIPLIER_1
    return h ^ (h >> HALF)


@njit(nogil=True, cache=True)
def fill(pairs: np.ndarray, keys: np.ndarray, values: np.ndarray) -> None:
    """Puts each key, all different, and its value into the empty table `pairs`."""
    mask = u64(len(pairs) // 2 - 1)
    for k in range(len(keys)):
        i = mixed(keys[k], u64(7)) & mask
        while pairs[u64(2) * i] != NO_MERGE:
            i = (i + u64(1)) & mask
        pairs[u64(2) * i] = keys[k]
        pairs[u64(2) * i + u64(1)] = values[k]


@njit(nogil=True, cache=True)
def merge_of(merges: Merges, left: int, right: int) -> Any:
    """The merge of two tokens, or NO_MERGE."""
    mask = u64(merges.capacity - 1)
    key = (u64(left) << HALF) | u64(right)
    i = mixed(key, u64(7)) & mask
    while True:
        at = merges.pairs + 16 * np.int64(i)
        found = load64(at)
        if found == key:
            return load64(at + 8)
        if found == NO_MERGE:
            return NO_MERGE
        i = (i + u64(1)) & mask


@njit(nogil=True, cache=True)
def fill_byte_pairs(byte_pairs: np.ndarray, merges: Merges) -> None:
    """Writes the merge of every two bytes."""
    for a in range(256):
        for b in range(256):
            byte_pairs[a << 8 | b] = merge_of(merges, load32(merges.byte_ids + 4 * a), load32(merges.byte_ids + 4 * b))


@njit(nogil=True, cache=True)
def merge_word(p: int, q: int, merges: Merges, room: Room, out: int) -> int:
    """Writes the tokens of the bytes from address p to q as int32 from address `out` on; gives the address after them."""
    n = q - p
    ids, merge = room.ids, room.merge
    byte = load8(p)
    store32(ids, load32(merges.byte_ids + 4 * byte))
    for i in range(1, n):
        before, byte = byte, load8(p + i)
        store32(ids + 4 * i, load32(merges.byte_ids + 4 * byte))
        store64(merge + 8 * i - 8, load64(merges.byte_pairs + 8 * (before << 8 | byte)))
    store64(merge + 8 * n - 8, NO_MERGE)
    if n > SHORT_WORD:
        return merge_long(n, merges, room, out)
    while n > 1:
        best = NO_MERGE
        at = -1
        for i in range(n - 1):
            rank = load64(merge + 8 * i)
            if rank < best:
                best = rank
                at = i
        if at < 0:
            break
        n -= 1
        made = np.int64(best & LOW)
        for i in range(at + 1, n):
            store32(ids + 4 * i, load32(ids + 4 * i + 4))
            store64(merge + 8 * i, load64(merge + 8 * i + 8))
        store32(ids + 4 * at, made)
        store64(merge + 8 * at, merge_of(merges, made, load32(ids + 4 * at + 4)) if at < n - 1 else NO_MERGE)
        if at > 0:
            store64(merge + 8 * at - 8, merge_of(merges, load32(ids + 4 * at - 4), made))
    for i in range(n):
        store32(out + 4 * i, load32(ids + 4 * i))
    return out + 4 * n


@njit(nogil=True, cache=True)
def merge_long(n: int, merges: Merges, room: Room, out: int) -> int:
    """`merge_word` for long words, filled in already: a linked list of tokens and a heap of (rank, place).

    A heap entry is stale when its rank is not the rank that its place has now. Place n stands for none.
    """
    ids, merge, after, before, heap = room
    waiting = 0
    for i in range(n):
        store32(after + 4 * i, i + 1)
        store32(before + 4 * i, i - 1 if i else n)
        found = load64(merge + 8 * i)
        if found != NO_MERGE:
            waiting = pushed(heap, waiting, (found & ~LOW) | u64(i))
    while waiting > 0:
        top = load64(heap)
        waiting = popped(heap, waiting)
        i = np.int64(top & LOW)
        found = load64(merge + 8 * i)
        if found == NO_MERGE or (found >> HALF) != (top >> HALF):
            continue
        gone = load32(after + 4 * i)
        behind = load32(after + 4 * gone)
        store32(ids + 4 * i, np.int64(found & LOW))
        store64(merge + 8 * gone, NO_MERGE)
        store32(after + 4 * i, behind)
        if behind < n:
            store32(before + 4 * behind, i)
        for left in (i, load32(before + 4 * i)):
            if left == n:
                continue
            right = load32(after + 4 * left)
            fresh = merge_of(merges, load32(ids + 4 * left), load32(ids + 4 * right)) if right < n else NO_MERGE
            store64(merge + 8 * left, fresh)
            if fresh != NO_MERGE:
                waiting = pushed(heap, waiting, (fresh & ~LOW) | u64(left))
    i = 0
    while i < n:
        store32(out, load32(ids + 4 * i))
        out += 4
        i = load32(after + 4 * i)
    return out


@njit(nogil=True, cache=True)
def pushed(heap: int, size: int, value: Any) -> int:
    """The size of the binary heap at address `heap` after `value` is put in."""
    at = size
    while at > 0:
        above = load64(heap + 8 * ((at - 1) >> 1))
        if above <= value:
            break
        store64(heap + 8 * at, above)
        at = (at - 1) >> 1
    store64(heap + 8 * at, value)
    return size + 1


@njit(nogil=True, cache=True)
def popped(heap: int, size: int) -> int:
    """The size of the binary heap after its least value is taken out."""
    size -= 1
    value = load64(heap + 8 * size)
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        least = load64(heap + 8 * child)
        if child + 1 < size:
            other = load64(heap + 8 * child + 8)
            if other < least:
                least = other
                child += 1
        if least >= value:
            break
        store64(heap + 8 * at, least)
        at = child
    store64(heap + 8 * at, value)
    return size
