"""Counts documents and bytes in cells of (signal, group, state, bin): sparse histograms, in one pass over the numbers.

Counts that are there already are added up by merging: each part has its cells in order.

A bin is the first BITS bits of a 64-bit float, turned so that bins sort as the numbers do (see text.bins): 1/64 of its
value wide. NaN, which stands for null, has the bin NO_VALUE.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from corpusmill.operators.text.kernel import njit

BITS = 18
NO_VALUE = 1 << BITS
BIN_BITS = BITS + 1
STATE_BITS = 2
GROUP_BITS = 20
_GROUP = BIN_BITS + STATE_BITS
_COLUMN = _GROUP + GROUP_BITS
MOST_RUNS = 64  # more are sorted; a guess


@dataclass(frozen=True)
class CellCounts:
    """Cells by key, sorted: int64[n] each. A key is column, group, state and bin, most significant first."""

    keys: np.ndarray
    documents: np.ndarray
    sizes: np.ndarray

    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Column, group, state and bin of each cell: int64."""
        keys = self.keys
        return (
            keys >> _COLUMN,
            keys >> _GROUP & (1 << GROUP_BITS) - 1,
            keys >> BIN_BITS & (1 << STATE_BITS) - 1,
            keys & (1 << BIN_BITS) - 1,
        )


def count_cells(values: np.ndarray, groups: np.ndarray, states: np.ndarray, sizes: np.ndarray) -> CellCounts:
    """Count documents by cell. values: float64[columns, rows]; states: int8, the same; groups, sizes: int64[rows]."""
    capacity = 1 << 12
    while True:
        keys = np.full(capacity, -1, np.int64)
        documents, total = np.zeros(capacity, np.int64), np.zeros(capacity, np.int64)
        if _count(values + 0.0, groups, states, sizes, keys, documents, total):
            break
        capacity *= 4
    used = np.flatnonzero(keys >= 0)
    order = used[np.argsort(keys[used])]
    return CellCounts(keys[order], documents[order], total[order])


def summed(keys: np.ndarray, documents: np.ndarray, sizes: np.ndarray) -> CellCounts:
    """Add up cells with equal keys. All int64[n]; in one pass for each doubling of the stretches in which keys rise."""
    keys, documents, sizes = (np.require(values, np.int64, "W") for values in (keys, documents, sizes))
    begins = np.flatnonzero(np.diff(keys, prepend=keys[:1]) < 0)
    if len(begins) >= MOST_RUNS:
        order, begins = np.argsort(keys, kind="stable"), begins[:0]
        keys, documents, sizes = keys[order], documents[order], sizes[order]
    bounds = [0, *begins.tolist(), len(keys)]
    places = (slice(a, b) for a, b in pairwise(bounds))
    runs = [CellCounts(keys[at], documents[at], sizes[at]) for at in places]
    return _joined(runs) if len(runs) > 1 else _merged(runs[0], CellCounts(keys[:0], documents[:0], sizes[:0]))


def _joined(runs: Sequence[CellCounts]) -> CellCounts:
    """Merge at least two, the shortest ones first."""
    waiting = [(len(run.keys), number, run) for number, run in enumerate(runs)]
    heapq.heapify(waiting)
    number = len(waiting)
    while len(waiting) > 1:
        found = _merged(heapq.heappop(waiting)[2], heapq.heappop(waiting)[2])
        heapq.heappush(waiting, (len(found.keys), number, found))
        number += 1
    return waiting[0][2]


def _merged(a: CellCounts, b: CellCounts) -> CellCounts:
    """Two in order as one."""
    keys, documents, sizes = (np.empty(len(a.keys) + len(b.keys), np.int64) for _ in range(3))
    many = _merge(a.keys, a.documents, a.sizes, b.keys, b.documents, b.sizes, keys, documents, sizes)
    return CellCounts(keys[:many], documents[:many], sizes[:many])


@njit(cache=True, nogil=True)
def _merge(keys, documents, sizes, keys2, documents2, sizes2, out, out_documents, out_sizes):  # noqa: ANN001, ANN202
    """Merge two that are in order; how many cells there are."""
    at, at2, last = 0, 0, -1
    while at < len(keys) or at2 < len(keys2):
        if at2 == len(keys2) or (at < len(keys) and keys[at] <= keys2[at2]):
            key, many, size = keys[at], documents[at], sizes[at]
            at += 1
        else:
            key, many, size = keys2[at2], documents2[at2], sizes2[at2]
            at2 += 1
        if last >= 0 and out[last] == key:
            out_documents[last] += many
            out_sizes[last] += size
        else:
            last += 1
            out[last], out_documents[last], out_sizes[last] = key, many, size
    return last + 1


@njit(cache=True, nogil=True)
def _count(values, groups, states, sizes, keys, documents, total):  # noqa: ANN001, ANN202
    """Fill a hash table of cells; false when it is too small."""
    columns, rows = values.shape
    mask = len(keys) - 1
    free = len(keys) // 2
    for column in range(columns):
        bits = values[column].view(np.int64)
        for row in range(rows):
            value = values[column, row]
            if value != value:
                place = np.int64(NO_VALUE)
            else:
                word = bits[row]
                place = (~word >> 46) & np.int64((1 << 17) - 1) if word < 0 else (word >> 46) | np.int64(1 << 17)
            key = (
                np.int64(column) << np.int64(_COLUMN)
                | groups[row] << np.int64(_GROUP)
                | np.int64(states[column, row]) << np.int64(BIN_BITS)
                | place
            )
            slot = (key * np.int64(-7046029254386353131)) >> np.int64(20) & mask
            while keys[slot] != key:
                if keys[slot] == -1:
                    if free == 0:
                        return False
                    free -= 1
                    keys[slot] = key
                    break
                slot = (slot + 1) & mask
            documents[slot] += 1
            total[slot] += sizes[row]
    return True
