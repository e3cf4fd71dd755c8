"""The merges of a vocabulary, as tables that kernels look pairs of tokens up in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.raw import load32, load64, signed

u64 = np.uint64
NO_MERGE = 0x7FFFFFFF
EMPTY = np.uint64(0xFFFFFFFFFFFFFFFF)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
ID_BITS, RANK_BITS = np.uint64(21), np.uint64(22)
RANK = np.uint64((1 << 22) - 1)
MOST_TOKENS, MOST_MERGES = 1 << 21, 1 << 22
MULTIPLIER_1 = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads consecutive keys
MULTIPLIER_2 = np.uint64(0xD6E8FEB86659FD93)  # an odd constant of mixed bits


class Merges(NamedTuple):
    """What to merge: addresses of tables. A merge is known by its rank; NO_MERGE is higher than all."""

    byte_ids: int  # uint32[256]: the token of each single byte
    byte_pairs: int  # uint32[65536]: the rank of the merge of two bytes, or NO_MERGE
    pairs: int  # uint64[capacity]: left, right (21 bits each), rank (22 bits), open addressing; EMPTY
    capacity: int  # a power of two
    made: int  # uint32 a rank: the token it makes


@dataclass(frozen=True, kw_only=True)
class MergeTables:
    """The arrays behind `Merges`."""

    byte_ids: np.ndarray
    byte_pairs: np.ndarray
    pairs: np.ndarray
    made: np.ndarray

    def addresses(self) -> Merges:
        return Merges(
            byte_ids=self.byte_ids.ctypes.data,
            byte_pairs=self.byte_pairs.ctypes.data,
            pairs=self.pairs.ctypes.data,
            capacity=len(self.pairs),
            made=self.made.ctypes.data,
        )


def merges_of(byte_ids: Sequence[int], first: Sequence[int], second: Sequence[int], made: Sequence[int]) -> MergeTables:
    """The tables of a vocabulary: merge r makes `made[r]` of `left[r]` and `right[r]`; of a pair twice, the later."""
    last = {pair: rank for rank, pair in enumerate(zip(first, second, strict=True))}
    if len(made) >= MOST_MERGES or max(*byte_ids, *made, *first, *second, 0) >= MOST_TOKENS:
        raise ValueError(f"more than {MOST_TOKENS} tokens or {MOST_MERGES} merges")
    tables = MergeTables(
        byte_ids=np.array(byte_ids, np.uint32),
        byte_pairs=np.full(1 << 16, NO_MERGE, np.uint32),
        pairs=np.full(1 << max(4, (2 * len(last)).bit_length()), EMPTY, np.uint64),
        made=np.array(made, np.uint32),
    )
    fill(tables.pairs, np.array([a << 43 | b << 22 | rank for (a, b), rank in last.items()], np.uint64))
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
def fill(pairs: np.ndarray, entries: np.ndarray) -> None:
    """Puts entries, all of different pairs, into the empty table."""
    mask = u64(len(pairs) - 1)
    for k in range(len(entries)):
        i = mixed(entries[k] >> RANK_BITS, u64(7)) & mask
        while pairs[i] != EMPTY:
            i = (i + u64(1)) & mask
        pairs[i] = entries[k]


@njit(nogil=True, cache=True)
def rank_of(merges: Merges, first: int, second: int) -> int:
    """The rank of the merge of two tokens, or NO_MERGE."""
    mask = u64(merges.capacity - 1)
    key = (u64(first) << ID_BITS) | u64(second)
    i = mixed(key, u64(7)) & mask
    while True:
        found = load64(merges.pairs + 8 * signed(i))
        if found >> RANK_BITS == key:
            return signed(found & RANK)
        if found == EMPTY:
            return NO_MERGE
        i = (i + u64(1)) & mask


@njit(nogil=True, cache=True)
def fill_byte_pairs(byte_pairs: np.ndarray, merges: Merges) -> None:
    """Writes the rank of every two bytes."""
    for a in range(256):
        for b in range(256):
            left, right = load32(merges.byte_ids + 4 * a), load32(merges.byte_ids + 4 * b)
            byte_pairs[a << 8 | b] = rank_of(merges, left, right)
