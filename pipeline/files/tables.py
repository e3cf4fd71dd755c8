"""Parquet files: read, and written to local disk batch by batch, the same bytes always."""

import functools
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_BYTES = 16 << 20  # what a later reader must hold to see one document's text; a guess
ROW_GROUP_ROWS = 8192


@functools.lru_cache(maxsize=64)
def _many_nulls(dtype: pa.DataType, rows: int) -> pa.Array:
    return pa.nulls(rows, dtype)


def blank(dtype: pa.DataType, rows: int) -> pa.Array:
    """A column of nulls; a view on one made before, as tables of dropped documents lack many columns."""
    return _many_nulls(dtype, max(rows, ROW_GROUP_ROWS)).slice(0, rows)


def read_table(source: BinaryIO | pa.BufferReader | Path, columns: Sequence[str] | None = None) -> pa.Table:
    """All rows of a file, with these columns in this order (None: all).

    A thread of Arrow that lets go of a Python file while the interpreter ends aborts the process: one `inspect` in 25
    on a busy machine with `pyarrow.parquet.read_table`, one in 40 to 70 with threads in `ParquetFile.read`. Without
    them one thread that reads remains, and none of 135 processes aborted. A unit has one core in any case.
    """
    table = pq.ParquetFile(source).read(None if columns is None else list(columns), use_threads=False)
    return table if columns is None else table.select(list(columns))


class TableWriter:
    """Collects tables of one schema; a row group is written whenever enough has come together.

    The cuts depend on the rows alone: the same tables in the same order give the same file.
    """

    def __init__(self, path: Path, schema: pa.Schema, *, split: tuple[str, ...] = (), level: int = 3) -> None:
        """split: paths of number columns that a dictionary does not make smaller: their bytes are stored apart.

        level: of zstd.
        """
        self.path = path
        self.schema = schema
        self.rows = 0
        self._waiting: list[pa.Table] = []
        self._waiting_bytes = 0
        self._waiting_rows = 0
        coded = [f.name for f in schema if not any(place.split(".")[0] == f.name for place in split)]
        self._file = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=level,
            write_page_index=True,
            use_dictionary=coded if split else True,
            use_byte_stream_split=list(split) if split else False,
        )

    def write(self, table: pa.Table) -> None:
        """Add rows; columns that the schema has and the table has not are null, others are left out."""
        there = set(table.column_names)
        columns = [table.column(f.name) if f.name in there else blank(f.type, table.num_rows) for f in self.schema]
        self._waiting.append(pa.Table.from_arrays(columns, schema=self.schema))
        self._waiting_bytes += table.nbytes
        self._waiting_rows += table.num_rows
        self.rows += table.num_rows
        if self._waiting_bytes >= ROW_GROUP_BYTES or self._waiting_rows >= ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._waiting_rows:
            self._file.write_table(pa.concat_tables(self._waiting).combine_chunks(), row_group_size=1 << 30)
        self._waiting, self._waiting_bytes, self._waiting_rows = [], 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None) -> None:
        if kind is None:
            self._flush()
        self._file.close()
