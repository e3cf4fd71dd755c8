"""Stores histograms of signals: documents and bytes by bin, for each signal, group and outcome.

A row of CELLS is one histogram, whose cells are lists of equal length. Bins are those of operators.text.cell_counts
without their last `level` bits: the same level in all rows of a table. Rows are sorted by KEYS, cells by bin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pyarrow as pa

from corpusmill.operators.checks import numbers
from corpusmill.operators.text.cell_counts import BIN_BITS, BITS, NO_VALUE, CellCounts

_SIGN = np.uint64(1 << 63)

KEYS = ("column", "axis", "value", "state")
LISTS = ("bins", "documents", "bytes")
CELLS = pa.schema(
    {
        "column": pa.string(),
        "axis": pa.string(),
        "value": pa.string(),
        "state": pa.int8(),
        "level": pa.int8(),
        "bins": pa.list_(pa.int32()),
        "documents": pa.list_(pa.int64()),
        "bytes": pa.list_(pa.int64()),
    }
)


class State(IntEnum):
    """What became of a document, seen from one signal."""

    KEPT = 0  # by every step
    ALONE = 1  # dropped where this signal alone was out of bounds
    LATER = 2  # passed the last decision on this signal, dropped after it
    OTHER = 3  # dropped before or at that decision, for something else too


@dataclass(frozen=True)
class Flat:
    """Cells of several rows, one below another: bins, documents, sizes (bytes) as int64[cells].

    level: of the bins; ends: where each row's cells end, int64[rows].
    """

    bins: np.ndarray
    documents: np.ndarray
    sizes: np.ndarray
    level: int
    ends: np.ndarray

    @property
    def row(self) -> np.ndarray:
        """The row of each cell, int64[cells]."""
        return np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))

    @property
    def has_value(self) -> np.ndarray:
        """Cells of documents that have the signal: bool[cells]."""
        return self.bins < NO_VALUE >> self.level

    @property
    def low(self) -> np.ndarray:
        """The least number in each cell, float64[cells]; NaN for documents without the signal."""
        return np.where(self.has_value, edges(self.bins << self.level), np.nan)

    @property
    def high(self) -> np.ndarray:
        """Where the bin after each cell begins, float64[cells]; NaN for documents without the signal."""
        return np.where(self.has_value, edges(self.bins + 1 << self.level), np.nan)


def flat(table: pa.Table) -> Flat:
    """The cells of rows of CELLS."""
    columns = [table[name].combine_chunks() for name in LISTS]
    bins, documents, sizes = (column.flatten().to_numpy().astype(np.int64, copy=False) for column in columns)
    many = columns[0].value_lengths().to_numpy()
    level = table["level"][0].as_py() if table.num_rows else 0
    return Flat(bins, documents, sizes, level, np.cumsum(many, dtype=np.int64))


def totals(table: pa.Table) -> pa.Table:
    """Documents and bytes of each row of CELLS, all cells together, with its KEYS."""
    cells = flat(table)
    found = table.select(KEYS)
    for name, values in (("documents", cells.documents), ("bytes", cells.sizes)):
        found = found.append_column(name, pa.array(np.diff(np.append(0, np.cumsum(values))[cells.ends], prepend=0)))
    return found


def matrix(columns: Sequence[pa.ChunkedArray | pa.Array]) -> np.ndarray:
    """Numbers, flags and times as float64[columns, rows]; null is NaN."""
    out = np.empty((len(columns), len(columns[0]) if columns else 0), np.float64)
    for place, column in enumerate(columns):
        values = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else numbers(column)
        floats = values if pa.types.is_float64(values.type) else values.cast(pa.float64(), safe=False)
        out[place] = (floats.fill_null(np.nan) if floats.null_count else floats).to_numpy()
    return out


def named(found: CellCounts, columns: Sequence[str], groups: Sequence[str], axis: str) -> pa.Table:
    """Rows of CELLS. columns, groups: their names by number."""
    begins = np.flatnonzero(np.diff(found.keys >> BIN_BITS, prepend=-1))
    place, group, states, bins = found.parts()
    many = len(begins)
    offsets = pa.array(np.append(begins, len(bins)).astype(np.int32))
    lists = (bins.astype(np.int32), found.documents, found.sizes)
    table = pa.table(
        [
            pa.array(columns, pa.string()).take(pa.array(place[begins])),
            pa.repeat(pa.scalar(axis), many),
            pa.array(groups, pa.string()).take(pa.array(group[begins])),
            pa.array(states[begins].astype(np.int8)),
            pa.repeat(pa.scalar(0, pa.int8()), many),
            *(pa.ListArray.from_arrays(offsets, pa.array(values)) for values in lists),
        ],
        schema=CELLS,
    )
    return in_order(table)


def in_order(table: pa.Table) -> pa.Table:
    """The same rows, sorted by KEYS."""
    return table.sort_by([(key, "ascending") for key in KEYS])


def edges(bins: np.ndarray) -> np.ndarray:
    """The least number in each bin: float64. What lies beyond all numbers is infinite.

    >>> from corpusmill.operators.text.bins import bin_of
    >>> edges(np.array([bin_of(v) >> 6 for v in (3.0, 0.5, 100.0)])).tolist()
    [3.0, 0.5, 100.0]
    """
    turned = bins.astype(np.uint64) << np.uint64(64 - BITS)
    bits = np.where(turned >= _SIGN, turned ^ _SIGN, ~turned)
    found = bits.view(np.float64)
    found = np.where(np.isnan(found), np.where(turned >= _SIGN, np.inf, -np.inf), found)
    return np.where(bins >= NO_VALUE, np.inf, found)
