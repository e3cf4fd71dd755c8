"""Merging bytes into tokens by rank: byte-pair encoding of one word.

Source: Sennrich et al. 2016, arXiv:1508.07909. As in `tokenizers` the lowest rank merges first, of equal ones the
leftmost, and where a vocabulary lists a pair twice the later merge counts.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.merges import HALF, LOW, NO_MERGE, Merges, rank_of
from corpusmill.operators.tokens.bpe.raw import high_zeros, load8, load32, load64, low_zeros, signed, store32, store64

u64 = np.uint64
SHORT_WORD = 64  # bytes; up to here a search through all ranks, eight at a time, is faster than a heap (measured)
PLACE_BITS = 6  # of a place in a short word; ranks have 22 bits
LANES = 8
ONE = np.uint64(1)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


class Room(NamedTuple):
    """Where a word lies while it is merged: addresses of arrays at least as long as the longest word in bytes."""

    ids: int  # uint32
    rank: int  # uint32: of the merge of this token and the next one
    after: int  # uint32
    before: int  # uint32
    heap: int  # uint64, three times as long


@dataclass(frozen=True, kw_only=True)
class RoomArrays:
    """The arrays behind `Room`, for words of up to so many bytes."""

    word_bytes: int
    arrays: dict[str, np.ndarray] = field(init=False)

    def __post_init__(self) -> None:
        n = max(self.word_bytes, SHORT_WORD)
        types = {"ids": np.uint32, "rank": np.uint32, "after": np.uint32, "before": np.uint32}
        arrays = {name: np.empty(n, dtype) for name, dtype in types.items()} | {"heap": np.empty(3 * n, np.uint64)}
        object.__setattr__(self, "arrays", arrays)

    def addresses(self) -> Room:
        return Room(**{name: array.ctypes.data for name, array in self.arrays.items()})


@njit(nogil=True, cache=True)
def merge_word(p: int, q: int, merges: Merges, room: Room, out: int) -> int:
    """Writes the tokens of the bytes from address p to q as int32 at address `out`; gives the address after them."""
    n = q - p
    if n > SHORT_WORD:
        return merge_long(p, n, merges, room, out)
    ids, rank = room.ids, room.rank
    byte = load8(p)
    store32(ids, load32(merges.byte_ids + 4 * byte))
    for i in range(1, n):
        before, byte = byte, load8(p + i)
        store32(ids + 4 * i, load32(merges.byte_ids + 4 * byte))
        store32(rank + 4 * i - 4, placed(load32(merges.byte_pairs + 4 * (before << 8 | byte)), i - 1))
    padded = (n + LANES - 1) & -LANES
    for i in range(n - 1, padded):
        store32(rank + 4 * i, NO_MERGE)
    alive = ALL >> u64(64 - n)  # a bit for each place where a token begins
    while True:
        best = least(rank)
        for i in range(LANES, padded, LANES):
            best = min(best, least(rank + 4 * i))
        if best == NO_MERGE:
            break
        i = best & (SHORT_WORD - 1)
        above = u64(i + 1)
        gone = low_zeros(alive >> above << above)
        alive ^= ONE << u64(gone)
        store32(rank + 4 * gone, NO_MERGE)
        made = load32(merges.made + 4 * (best >> PLACE_BITS))
        store32(ids + 4 * i, made)
        later = alive >> u64(gone) << u64(gone)
        fresh = NO_MERGE
        if later != 0:
            fresh = placed(rank_of(merges, made, load32(ids + 4 * low_zeros(later))), i)
        store32(rank + 4 * i, fresh)
        earlier = alive & ((ONE << u64(i)) - ONE)
        if earlier != 0:
            left = 63 - high_zeros(earlier)
            store32(rank + 4 * left, placed(rank_of(merges, load32(ids + 4 * left), made), left))
    while alive != 0:
        store32(out, load32(ids + 4 * low_zeros(alive)))
        alive &= alive - ONE
        out += 4
    return out


@njit(nogil=True, cache=True)
def least(at: int) -> int:
    """The least of LANES numbers, without a branch."""
    a = min(load32(at), load32(at + 4))
    b = min(load32(at + 8), load32(at + 12))
    c = min(load32(at + 16), load32(at + 20))
    d = min(load32(at + 24), load32(at + 28))
    return min(min(a, b), min(c, d))


@njit(nogil=True, cache=True)
def placed(rank: int, place: int) -> int:
    """Rank and place as one number, so that the least is the leftmost of the lowest rank."""
    return rank << PLACE_BITS | place if rank != NO_MERGE else NO_MERGE


@njit(nogil=True, cache=True)
def merge_long(p: int, n: int, merges: Merges, room: Room, out: int) -> int:
    """`merge_word` for long words: a linked list of tokens and a heap of (rank, place).

    A heap entry is stale when its rank is not the rank that its place has now. Place n stands for none.
    """
    ids, rank, after, before, heap = room
    waiting = 0
    for i in range(n):
        byte = load8(p + i)
        store32(ids + 4 * i, load32(merges.byte_ids + 4 * byte))
        found = load32(merges.byte_pairs + 4 * (byte << 8 | load8(p + i + 1))) if i < n - 1 else NO_MERGE
        store32(rank + 4 * i, found)
        store32(after + 4 * i, i + 1)
        store32(before + 4 * i, i - 1 if i else n)
        if found != NO_MERGE:
            waiting = pushed(heap, waiting, (u64(found) << HALF) | u64(i))
    while waiting > 0:
        top = load64(heap)
        waiting = popped(heap, waiting)
        i = signed(top & LOW)
        found = load32(rank + 4 * i)
        if found != signed(top >> HALF):
            continue
        gone = load32(after + 4 * i)
        behind = load32(after + 4 * gone)
        store32(ids + 4 * i, load32(merges.made + 4 * found))
        store32(rank + 4 * gone, NO_MERGE)
        store32(after + 4 * i, behind)
        if behind < n:
            store32(before + 4 * behind, i)
        for left in (i, load32(before + 4 * i)):
            if left == n:
                continue
            right = load32(after + 4 * left)
            fresh = rank_of(merges, load32(ids + 4 * left), load32(ids + 4 * right)) if right < n else NO_MERGE
            store32(rank + 4 * left, fresh)
            if fresh != NO_MERGE:
                waiting = pushed(heap, waiting, (u64(fresh) << HALF) | u64(left))
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
