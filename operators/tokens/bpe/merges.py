"""Merging bytes into tokens by rank: byte-pair encoding of one word.

Source: Sennrich et al. 2016, arXiv:1508.07909. As in `tokenizers` the lowest rank merges first, of equal ones the
leftmost, and where a vocabulary lists a pair twice the later merge counts.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from operators.tokens.bpe.load64 import load8

u64 = np.uint64
NO_MERGE = np.uint64(0xFFFFFFFFFFFFFFFF)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
MULTIPLIER_1 = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads consecutive keys
MULTIPLIER_2 = np.uint64(0xD6E8FEB86659FD93)  # an odd constant of mixed bits
SHORT_WORD = 48  # bytes; up to here a linear search for the lowest rank is faster than a heap (measured)


class Merges(NamedTuple):
    """What to merge. A merge is one uint64: rank in the upper half, token it makes in the lower."""

    byte_ids: np.ndarray  # uint32[256]: the token of each single byte
    byte_pairs: np.ndarray  # uint64[65536]: the merge of two bytes, or NO_MERGE
    pairs: np.ndarray  # uint64[2 * capacity]: (left << 32 | right, merge), open addressing; NO_MERGE where empty


class Room(NamedTuple):
    """Where a word lies while it is merged; each at least as long as the longest word in bytes."""

    ids: np.ndarray  # uint32
    merge: np.ndarray  # uint64: of this token and the next one
    after: np.ndarray  # int64
    before: np.ndarray  # int64
    heap: np.ndarray  # uint64, three times as long


def merges_of(byte_ids: Sequence[int], left: Sequence[int], right: Sequence[int], made: Sequence[int]) -> Merges:
    """The tables of a vocabulary: merge r makes token `made[r]` of `left[r]` and `right[r]`."""
    last = {(a, b): (rank, c) for rank, (a, b, c) in enumerate(zip(left, right, made, strict=True))}
    capacity = 1 << max(4, (5 * len(last) // 2).bit_length())
    pairs = np.full(2 * capacity, NO_MERGE, np.uint64)
    keys = np.array([a << 32 | b for a, b in last], np.uint64)
    values = np.array([rank << 32 | c for rank, c in last.values()], np.uint64)
    fill(pairs, keys, values)
    ids = np.array(byte_ids, np.uint32)
    byte_pairs = np.full(1 << 16, NO_MERGE, np.uint64)
    fill_byte_pairs(byte_pairs, ids, pairs)
    return Merges(byte_ids=ids, byte_pairs=byte_pairs, pairs=pairs)


def room_for(word_bytes: int) -> Room:
    """Room for words of up to `word_bytes`."""
    return Room(
        ids=np.empty(word_bytes, np.uint32),
        merge=np.empty(word_bytes, np.uint64),
        after=np.empty(word_bytes, np.int64),
        before=np.empty(word_bytes, np.int64),
        heap=np.empty(3 * word_bytes, np.uint64),
    )


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
def merge_of(pairs: np.ndarray, left: Any, right: Any) -> Any:
    """The merge of two tokens, or NO_MERGE."""
    mask = u64(len(pairs) // 2 - 1)
    key = (u64(left) << HALF) | u64(right)
    i = mixed(key, u64(7)) & mask
    while True:
        found = pairs[u64(2) * i]
        if found == key:
            return pairs[u64(2) * i + u64(1)]
        if found == NO_MERGE:
            return NO_MERGE
        i = (i + u64(1)) & mask


@njit(nogil=True, cache=True)
def fill_byte_pairs(byte_pairs: np.ndarray, ids: np.ndarray, pairs: np.ndarray) -> None:
    """Writes the merge of every two bytes."""
    for a in range(256):
        for b in range(256):
            byte_pairs[a << 8 | b] = merge_of(pairs, ids[a], ids[b])


@njit(nogil=True, cache=True)
def merge_word(p: int, q: int, merges: Merges, room: Room, out: np.ndarray, o: int) -> int:
    """Writes the tokens of the bytes from address p to q at out[o:]; gives the place after the last."""
    n = q - p
    ids, merge = room.ids, room.merge
    byte = load8(p)
    ids[0] = merges.byte_ids[byte]
    for i in range(1, n):
        before, byte = byte, load8(p + i)
        ids[i] = merges.byte_ids[byte]
        merge[i - 1] = merges.byte_pairs[before << 8 | byte]
    merge[n - 1] = NO_MERGE
    if n > SHORT_WORD:
        return merge_long(n, merges.pairs, room, out, o)
    while n > 1:
        best = NO_MERGE
        at = -1
        for i in range(n - 1):
            if merge[i] < best:
                best = merge[i]
                at = i
        if at < 0:
            break
        ids[at] = np.uint32(best & LOW)
        n -= 1
        for i in range(at + 1, n):
            ids[i] = ids[i + 1]
            merge[i] = merge[i + 1]
        merge[at] = merge_of(merges.pairs, ids[at], ids[at + 1]) if at < n - 1 else NO_MERGE
        if at > 0:
            merge[at - 1] = merge_of(merges.pairs, ids[at - 1], ids[at])
    for i in range(n):
        out[o + i] = ids[i]
    return o + n


@njit(nogil=True, cache=True)
def merge_long(n: int, pairs: np.ndarray, room: Room, out: np.ndarray, o: int) -> int:
    """`merge_word` for long words, filled in already: a linked list of tokens and a heap of (rank, place).

    A heap entry is stale when its rank is not the rank that its place has now.
    """
    ids, merge, after, before, heap = room
    waiting = 0
    for i in range(n):
        after[i] = i + 1
        before[i] = i - 1
        if merge[i] != NO_MERGE:
            waiting = pushed(heap, waiting, (merge[i] & ~LOW) | u64(i))
    while waiting > 0:
        top = heap[0]
        waiting = popped(heap, waiting)
        i = np.int64(top & LOW)
        found = merge[i]
        if found == NO_MERGE or (found >> HALF) != (top >> HALF):
            continue
        gone = after[i]
        ids[i] = np.uint32(found & LOW)
        merge[gone] = NO_MERGE
        after[i] = after[gone]
        if after[i] < n:
            before[after[i]] = i
        for left in (i, before[i]):
            if left < 0:
                continue
            right = after[left]
            merge[left] = merge_of(pairs, ids[left], ids[right]) if right < n else NO_MERGE
            if merge[left] != NO_MERGE:
                waiting = pushed(heap, waiting, (merge[left] & ~LOW) | u64(left))
    i = 0
    while i < n:
        out[o] = ids[i]
        o += 1
        i = after[i]
    return o


@njit(nogil=True, cache=True)
def pushed(heap: np.ndarray, size: int, value: Any) -> int:
    """The size of the binary heap after `value` is put in."""
    at = size
    while at > 0 and heap[(at - 1) >> 1] > value:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = value
    return size + 1


@njit(nogil=True, cache=True)
def popped(heap: np.ndarray, size: int) -> int:
    """The size of the binary heap after its least value is taken out."""
    size -= 1
    value = heap[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = value
    return size
