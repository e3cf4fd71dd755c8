"""Runs of n words that occur again inside a document.

A run can only occur again if the shorter run it begins with does. So all places are looked at for the shortest size
alone; each larger size looks at the places where the size before it was found more than once: a few in a hundred, in
natural text.
"""

import numpy as np

from corpusmill.operators.text.hashing import BASE, power
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.repeats import longest_of, slot_for, table_bits

_BASE, _ONE, _ZERO = np.uint64(BASE), np.uint64(1), np.uint64(0)


@njit(nogil=True, cache=True)
def count_runs(
    first: np.ndarray,
    hashes: np.ndarray,
    chars: np.ndarray,
    top_sizes: np.ndarray,
    repeat_sizes: np.ndarray,
    top: np.ndarray,
    repeated: np.ndarray,
) -> None:
    """Both counts of every document, from its words' hashes and lengths; sizes ascend, repeat_sizes above top_sizes.

    top[k, d]: characters in all occurrences of the most frequent run of top_sizes[k] words, spaces between them
    included; of equally frequent runs the one that comes first. A document with fewer words has 0.
    repeated[k, d]: characters in runs of repeat_sizes[k] words that have occurred before; behind such a run the next
    begins after its end. Spaces do not count.
    """
    longest = longest_of(first)
    room = 1 << table_bits(longest)
    table, counts = np.zeros(room, np.uint64), np.zeros(room, np.int32)
    sums = np.zeros(longest + 1, np.uint64)
    places, slots = np.zeros(longest, np.int32), np.zeros(longest, np.int32)
    for d in range(top.shape[1]):
        begin, n = first[d], first[d + 1] - first[d]
        for i in range(n):
            sums[i + 1] = sums[i] * _BASE + hashes[begin + i]
            places[i] = i
        left = n
        for k in range(len(top_sizes)):
            size = top_sizes[k]
            left = within(places, left, n - size)
            best, place = most_frequent(sums, size, places, left, table, counts, slots)
            length = size - 1
            for i in range(begin + place, begin + min(n, place + size)):
                length += chars[i]
            top[k, d] = best * length if n >= size else 0
            left = more_than_once(places, left, counts, slots)
        for k in range(len(repeat_sizes)):
            size = repeat_sizes[k]
            left = within(places, left, n - size)
            repeated[k, d] = _repeats(sums, size, places, left, table, chars[begin : begin + n])


@njit(nogil=True, cache=True)
def within(places: np.ndarray, n: int, last: int) -> int:
    """How many of the first n places (ascending) do not lie behind `last`."""
    while n > 0 and places[n - 1] > last:
        n -= 1
    return n


@njit(nogil=True, cache=True)
def tally(
    sums: np.ndarray,
    size: int,
    places: np.ndarray,
    n: int,
    table: np.ndarray,
    counts: np.ndarray,
    slots: np.ndarray,
) -> None:
    """Counts the runs that begin at the first n places; slots[j] is where the count of place j stands."""
    bits, weight = table_bits(n), power(size)
    table[: 1 << bits] = _ZERO
    for j in range(n):
        at = places[j]
        key = np.uint64(max(sums[at + size] - sums[at] * weight, _ONE))
        slot = slot_for(table, bits, key)
        counts[slot] = 1 if table[slot] != key else counts[slot] + 1
        table[slot] = key
        slots[j] = slot


@njit(nogil=True, cache=True)
def most_frequent(
    sums: np.ndarray,
    size: int,
    places: np.ndarray,
    n: int,
    table: np.ndarray,
    counts: np.ndarray,
    slots: np.ndarray,
) -> tuple[int, int]:
    """As `tally`; the count of the most frequent run and where it begins, of equals the first; (1, 0) of none."""
    tally(sums, size, places, n, table, counts, slots)
    best, place = 1, 0
    for j in range(n):
        if counts[slots[j]] > best:
            best, place = int(counts[slots[j]]), int(places[j])
    return best, place


@njit(nogil=True, cache=True)
def more_than_once(places: np.ndarray, n: int, counts: np.ndarray, slots: np.ndarray) -> int:
    """Keeps, in order, the places whose run was counted more than once; returns how many."""
    kept = 0
    for j in range(n):
        places[kept] = places[j]
        kept += int(counts[slots[j]] > 1)
    return kept


@njit(nogil=True, cache=True)
def _repeats(sums: np.ndarray, size: int, places: np.ndarray, n: int, table: np.ndarray, chars: np.ndarray) -> int:
    """Characters in the runs seen before, among those that begin at the first n places."""
    bits, weight = table_bits(n), power(size)
    table[: 1 << bits] = _ZERO
    total, free = 0, 0
    for j in range(n):
        at = places[j]
        if at < free:
            continue
        key = np.uint64(max(sums[at + size] - sums[at] * weight, _ONE))
        slot = slot_for(table, bits, key)
        if table[slot] == key:
            for i in range(at, at + size):
                total += chars[i]
            free = at + size
        table[slot] = key
    return total
