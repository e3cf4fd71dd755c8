"""Adds up histograms; the sum is the same whatever the order of the parts and however they are grouped.

More than MOST_CELLS make all bins twice as wide, again and again until they fit. A sum has at least the cells of each
of its parts, at every width: so no part was made coarser than the sum of all is in the end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.cell_counts import BITS
from corpusmill.operators.text.cell_sums import CellLists, summed
from corpusmill.pipeline.evidence.cells import CELLS, KEYS, flat

MOST_CELLS = 4_000_000  # 80 MB; see decision 104
AT_ONCE = 200_000  # cells added up together: 10 MB, so that little is held beside the parts and their sum


def added(tables: Sequence[pa.Table], most: int = MOST_CELLS) -> pa.Table:
    """Rows of CELLS added up, one for each of their KEYS, with at most so many cells."""
    parts = [table.combine_chunks() for table in tables if table.num_rows]
    level = max((part["level"][0].as_py() for part in parts), default=0)
    while True:
        sums = [_added(piece, level) for piece in _pieces(parts)]
        whole = pa.concat_tables([CELLS.empty_table(), *sums]).combine_chunks()
        if cells_of(whole) <= most or level == BITS:
            return whole
        parts, level = [whole], level + 1


def under(cells: pa.Table, axis: str, value: str) -> pa.Table:
    """The same cells, all groups together, as one group of another axis."""
    for name, word in (("axis", axis), ("value", value)):
        place = CELLS.get_field_index(name)
        cells = cells.set_column(place, CELLS.field(place), pa.repeat(pa.scalar(word), cells.num_rows))
    return added([cells])


def cells_of(table: pa.Table) -> int:
    """How many cells rows of CELLS have."""
    return sum(len(chunk.flatten()) for chunk in table["bins"].chunks)


@dataclass(frozen=True)
class _Span:
    """The rows of one signal in a table, and how many cells they have."""

    begin: int
    end: int
    cells: int


def _spans(table: pa.Table) -> dict[str, _Span]:
    """Where the rows of each signal are, in a table in order."""
    coded = table["column"].combine_chunks().dictionary_encode()
    begins = np.searchsorted(coded.indices.to_numpy(), np.arange(len(coded.dictionary) + 1))
    cells = np.append(0, np.cumsum(table["bins"].combine_chunks().value_lengths().to_numpy()))[begins]
    places = zip(begins[:-1].tolist(), begins[1:].tolist(), np.diff(cells).tolist(), strict=True)
    return {name: _Span(*place) for name, place in zip(coded.dictionary.to_pylist(), places, strict=True)}


def _pieces(parts: Sequence[pa.Table]) -> Iterator[pa.Table]:
    """All rows, as tables of the next few signals: of at least AT_ONCE cells, but for the last one."""
    spans = [_spans(part) for part in parts]
    names = sorted({name for each in spans for name in each})
    group: list[str] = []
    waiting = 0
    for name in names:
        group.append(name)
        waiting += sum(each[name].cells for each in spans if name in each)
        if waiting >= AT_ONCE or name == names[-1]:
            found = zip(parts, ([each[n] for n in group if n in each] for each in spans), strict=True)
            yield pa.concat_tables([part.slice(s[0].begin, s[-1].end - s[0].begin) for part, s in found if s])
            group, waiting = [], 0


def _added(table: pa.Table, level: int) -> pa.Table:
    """Rows added up and in order, with bins of a level that none of them exceeds."""
    code = np.zeros(table.num_rows, np.int64)
    for name in KEYS:
        ranks, many = _ranks(table[name])
        code = code * many + ranks
    _, first, group = np.unique(code, return_index=True, return_inverse=True)
    cells = flat(table)
    lists = CellLists(np.append(0, cells.ends), np.stack([cells.bins, cells.documents, cells.sizes]))
    found = summed(lists, group, level - table["level"].to_numpy().astype(np.int64))
    offsets = pa.array(found.offsets.astype(np.int32))
    arrays = (found.cells[0].astype(np.int32), found.cells[1], found.cells[2])
    names = table.select(KEYS).take(pa.array(first))
    columns = [*names.columns, pa.repeat(pa.scalar(level, pa.int8()), len(first))]
    return pa.table([*columns, *(pa.ListArray.from_arrays(offsets, pa.array(a)) for a in arrays)], schema=CELLS)


def _ranks(column: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """The place of each value among the sorted distinct ones: int64; and how many there are."""
    coded = column.combine_chunks().dictionary_encode()
    rank = np.argsort(np.argsort(coded.dictionary.to_numpy(zero_copy_only=False), kind="stable"), kind="stable")
    return rank[coded.indices.to_numpy()], len(rank)
