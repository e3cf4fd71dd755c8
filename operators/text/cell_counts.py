"""Counts documents and bytes in cells of (signal, group, state, bin): sparse histograms, in one pass over the numbers.

A bin is the first BITS bits of a 64-bit float, turned so that bins sort as the numbers do (see text.bins): 1/64 of its
value wide. NaN, which stands for null, has the bin NO_VALUE.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.kernel import njit

BITS = 18
NO_VALUE = 1 << BITS
BIN_BITS = BITS + 1
STATE_BITS = 2
GROUP_BITS = 20
_GROUP = BIN_BITS + STATE_BITS
_COLUMN = _GROUP + GROUP_BITS


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
