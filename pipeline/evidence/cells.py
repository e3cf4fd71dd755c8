"""Adds up histograms of signals: documents and bytes by signal, group, outcome and bin (operators.text.cell_counts)."""

from collections.abc import Iterable, Sequence
from enum import IntEnum

import numpy as np
import pyarrow as pa

from corpusmill.operators.checks import numbers
from corpusmill.operators.text.cell_counts import BITS, NO_VALUE, CellCounts

_SIGN = np.uint64(1 << 63)

CELLS = pa.schema(
    {
        "axis": pa.string(),
        "value": pa.string(),
        "column": pa.string(),
        "state": pa.int8(),
        "bin": pa.int32(),
        "documents": pa.int64(),
        "bytes": pa.int64(),
    }
)
KEYS = CELLS.names[:5]


class State(IntEnum):
    """What became of a document, seen from one signal."""

    KEPT = 0  # by every step
    ALONE = 1  # dropped where this signal alone was out of bounds
    LATER = 2  # passed the last decision on this signal, dropped after it
    OTHER = 3  # dropped before or at that decision, for something else too


def matrix(columns: Sequence[pa.ChunkedArray | pa.Array]) -> np.ndarray:
    """Numbers, flags and times as float64[columns, rows]; null is NaN."""
    out = np.empty((len(columns), len(columns[0]) if columns else 0), np.float64)
    for place, column in enumerate(columns):
        values = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else numbers(column)
        floats = values if pa.types.is_float64(values.type) else values.cast(pa.float64(), safe=False)
        out[place] = (floats.fill_null(np.nan) if floats.null_count else floats).to_numpy()
    return out


def named(found: CellCounts, columns: Sequence[str], groups: Sequence[str], axis: str) -> pa.Table:
    """Columns of CELLS. columns, groups: their names by number."""
    place, group, states, bins = found.parts()
    return pa.table(
        [
            pa.repeat(pa.scalar(axis), len(place)),
            pa.array(groups, pa.string()).take(pa.array(group)),
            pa.array(columns, pa.string()).take(pa.array(place)),
            pa.array(states.astype(np.int8)),
            pa.array(bins.astype(np.int32)),
            pa.array(found.documents),
            pa.array(found.sizes),
        ],
        schema=CELLS,
    )


def under(cells: pa.Table, axis: str, value: str) -> pa.Table:
    """The same cells, all groups together, as one group of another axis."""
    one = pa.repeat(pa.scalar(value), cells.num_rows)
    renamed = cells.set_column(1, "value", one).set_column(0, "axis", pa.repeat(pa.scalar(axis), cells.num_rows))
    return added([renamed])


def added(tables: Iterable[pa.Table]) -> pa.Table:
    """Cells added up, sorted."""
    whole = pa.concat_tables([CELLS.empty_table(), *tables])
    sums = whole.group_by(KEYS, use_threads=False).aggregate([("documents", "sum"), ("bytes", "sum")])
    sums = sums.rename_columns({"documents_sum": "documents", "bytes_sum": "bytes"}).select(CELLS.names)
    return sums.sort_by([(key, "ascending") for key in KEYS]).cast(CELLS)


def edges(bins: np.ndarray) -> np.ndarray:
    """The least number in each bin: float64; NaN for NO_VALUE.

    >>> from corpusmill.operators.text.bins import bin_of
    >>> edges(np.array([bin_of(v) >> 6 for v in (3.0, 0.5, 100.0)])).tolist()
    [3.0, 0.5, 100.0]
    """
    turned = bins.astype(np.uint64) << np.uint64(64 - BITS)
    bits = np.where(turned >= _SIGN, turned ^ _SIGN, ~turned)
    with np.errstate(invalid="ignore"):
        return np.where(bins >= NO_VALUE, np.nan, bits.view(np.float64))
