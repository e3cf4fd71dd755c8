"""Where the row groups of a Parquet file lie, so that every byte of the file belongs to something."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.operators.readers.framing.rows import BATCH_ROWS, Rows

MOST_UNSEEN_ROWS = 1 << 20  # guess
Kind = Literal["parquet_header", "row_group", "parquet_footer"]


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the file; a row group reaches to where the next begins, the last to the file's metadata."""

    start: int
    end: int
    kind: Kind
    group: int = -1
    first_row: int = 0
    rows: int = 0

    def lengths(self, start: int, stop: int) -> np.ndarray:
        """The bytes of rows [start, stop): those of the region spread over all its rows, which add up exactly.

        int64, one a row; 0 <= start <= stop <= rows, and at most 3 * 10^9 rows, above which products would overflow.
        """
        return spread(self.end - self.start, self.rows, start, stop)

    def bytes_from(self, row: int) -> int:
        """The bytes of all rows from `row` on."""
        size = self.end - self.start
        return size - row * size // max(self.rows, 1)


def spread(size: int, rows: int, start: int, stop: int) -> np.ndarray:
    """The bytes of rows [start, stop) where `size` of them are spread over `rows`; see `Region.lengths`."""
    each, over = divmod(size, max(rows, 1))
    ends = np.arange(start, stop + 1, dtype=np.int64)
    return np.diff(ends * each + ends * over // max(rows, 1))


def regions(metadata: pq.FileMetaData, size: int) -> tuple[Region, ...]:
    """The file of `size` bytes cut into its parts, without gap or overlap. ValueError when they do not lie in order."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    starts = [_first_byte(group) for group in groups]
    footer = size - 8 - metadata.serialized_size
    ends = [*starts[1:], max(footer, starts[-1])] if starts else []
    edges = [4, *starts, footer, size]
    if edges != sorted(edges):
        raise ValueError(f"row groups begin at {starts} in a file of {size} bytes")
    found = [Region(0, starts[0] if starts else footer, "parquet_header")]
    row = 0
    for i, (group, start, end) in enumerate(zip(groups, starts, ends, strict=True)):
        found.append(Region(start, end, "row_group", i, row, group.num_rows))
        row += group.num_rows
    return (*found, Region(footer, size, "parquet_footer", first_row=row))


def failed_rows(part: Region, done: int, failure: str, rows: Rows) -> Iterator[pa.RecordBatch]:
    """A failed row for each row of a group from `done` on; one for all of them where there can hardly be so many.

    A damaged file may tell any number: above a million, more rows than bytes are not believed.
    """
    if part.rows - done > max(MOST_UNSEEN_ROWS, part.end - part.start):
        rows.other(part.first_row + done, part.bytes_from(done), failure=failure)
        return
    for start in range(done, part.rows, BATCH_ROWS):
        stop = min(start + BATCH_ROWS, part.rows)
        for row, length in enumerate(part.lengths(start, stop).tolist(), start):
            rows.other(part.first_row + row, length, failure=failure)
        yield rows.batch()


def _first_byte(group: pq.RowGroupMetaData) -> int:
    offsets = []
    for i in range(group.num_columns):
        column = group.column(i)
        pages = (column.dictionary_page_offset, column.data_page_offset)
        offsets.append(min(page for page in pages if page))
    return min(offsets)
