"""Parquet files: one document a row.

Source:   https://parquet.apache.org/docs/file-format/: column chunks grouped by rows, metadata at the end of the file.
Deviates: none; other string types are widened to large_string.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import RECORD, Columns, Reader, Span
from corpusmill.operators.readers.framing.mapping import Mapped
from corpusmill.operators.readers.framing.row_groups import Region, regions
from corpusmill.operators.readers.framing.rows import BATCH_BYTES, Rows
from corpusmill.operators.readers.framing.storage_errors import Storage
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.strings import as_strings, is_text, wide
from corpusmill.operators.readers.framing.typed import in_types

ROWS_AT_A_TIME = 512
UNREADABLE = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class Parquet(Mapped, Reader):
    """One document a row; a span has the row groups whose first byte lies in it.

    text: the column of the text, of a string type. url, source_id, domain, language, date: the column that holds each,
    None when there is none; "a.b" reaches into a struct, unless there is a column of just that name. columns: further
    ones, name -> name in the file, read as strings unless `types` names another type: int, float, bool, strings (a list
    of texts) or timestamp. Dates are read as in text.dates; a date or a value that cannot be read is null, and
    `unread_fields` holds it.
    max_record_bytes: a longer text is a failed row `record_too_large`.

    `offset` is the row's number in the file. A row group's bytes, up to where the next begins, are spread evenly
    over its rows; the file's first bytes and its metadata are a skipped row each, `parquet_header`, `parquet_footer`.
    """

    makes: ClassVar[Columns] = {"text": TEXT}
    version: ClassVar[int] = 3
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("pyarrow", "orjson")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        file = Storage(file)
        stored = Stored(file)
        stored.require(span)
        rows = Rows(self.columns_made())
        try:
            parquet = pq.ParquetFile(file, buffer_size=1 << 20)
            parts = regions(parquet.metadata, stored.size)
        except UNREADABLE as e:
            file.require_sound()
            if span.end > span.start:
                rows.other(span.start, span.end - span.start, failure=f"bad_parquet: {e}")
                yield rows.batch()
            return
        for part in parts:
            if span.start <= part.start < span.end:
                if part.rows:
                    if len(rows):
                        yield rows.batch()
                    yield from self._group(file, parquet, part, rows)
                else:
                    rows.other(part.first_row, part.end - part.start, skipped=part.kind)
        rows.close(span)
        if len(rows):
            yield rows.batch()

    def lacking(self, file: BinaryIO) -> str | None:
        try:
            schema = pq.read_schema(file)
        except UNREADABLE:
            return None
        wanted = {"text": self.text, **self.named(), **self.columns}
        missing = sorted({name for name in wanted.values() if name not in schema.names})
        if missing:
            lacking, there = " or ".join(map(repr, missing)), ", ".join(schema.names) or "none"
            return f"the file has no column {lacking}, only {there}; say which is which, e.g. columns: {{text: body}}"
        if not is_text(schema.field(self.text).type):
            found = schema.field(self.text).type
            return f"column {self.text!r} is {found}, not text; name another, e.g. columns: {{text: body}}"
        return None

    def _group(self, file: Storage, parquet: pq.ParquetFile, part: Region, rows: Rows) -> Iterator[pa.RecordBatch]:
        """The rows of one group; what is left of it when reading breaks off becomes one failed row."""
        lengths = part.lengths()
        done = 0
        try:
            names = {"text": self.text, **self.named(), **self.columns}
            schema = parquet.schema_arrow
            types = {name: type_of(schema, name) for name in names.values()}
            if not is_text(types[self.text]):
                raise TypeError(f"column {self.text!r} is {types[self.text]}, not text")
            for found in parquet.iter_batches(ROWS_AT_A_TIME, [part.group], sorted(set(names.values()))):
                for piece in _sliced(found):
                    batch = self._batch(piece, names, part.first_row + done, lengths[done : done + piece.num_rows])
                    rows.count(batch.column("length"))
                    done += piece.num_rows
                    yield batch
        except (*UNREADABLE, TypeError) as e:
            file.require_sound()
            rest = int(lengths[done:].sum())
            rows.other(part.first_row + done, rest, failure=f"bad_row_group: {str(e)[:300]}")

    def _batch(self, piece: pa.RecordBatch, names: Mapping[str, str], row: int, lengths: np.ndarray) -> pa.RecordBatch:
        text, invalid = wide(reached(piece, self.text))
        failures = np.full(len(text), None, object)
        sizes = np.array([-1 if size is None else size for size in pc.binary_length(text).to_pylist()], np.int64)
        failures[sizes < 0] = f"missing_field: {self.text}"
        failures[sizes > self.max_record_bytes] = f"record_too_large: above {self.max_record_bytes}"
        failures[invalid] = "invalid_utf8"
        failure = pa.array(failures, pa.string())
        sound = pc.is_null(failure)
        arrays: dict[str, pa.Array] = {
            "offset": pa.array(np.arange(row, row + len(text)), pa.int64()),
            "length": pa.array(lengths, pa.int64()),
            "skipped": pa.nulls(len(text), pa.string()),
            "failure": failure,
            "text": text,
        }
        read = self.columns_typed()
        found = {column: reached(piece, name) for column, name in names.items() if column != "text"}
        arrays |= {column: as_strings(values) for column, values in found.items() if column not in read}
        if read:
            arrays |= in_types(found, read)
        made = {name: pc.if_else(sound, arrays[name], None) for name in self.columns_made()}
        return pa.RecordBatch.from_pydict({**{name: arrays[name] for name in RECORD}, **made})


def type_of(schema: pa.Schema, name: str) -> pa.DataType:
    """The type of a column, or of what "a.b" reaches. KeyError when there is none of that name.

    >>> str(type_of(pa.schema({"a": pa.struct({"b": pa.int8()})}), "a.b"))
    'int8'
    """
    if name in schema.names:
        return schema.field(name).type
    first, dot, rest = name.partition(".")
    inner = schema.field(first).type if dot and first in schema.names else None
    if inner is None or not pa.types.is_struct(inner):
        raise KeyError(f"the file has no column {name!r}, only {schema.names}")
    return type_of(pa.schema(inner.fields), rest)


def reached(piece: pa.RecordBatch, name: str) -> pa.Array:
    """A column, or what "a.b" reaches, null where the struct is."""
    if name in piece.schema.names:
        return piece.column(name)
    first, _, rest = name.partition(".")
    inner = piece.column(first)
    below = [pc.struct_field(inner, field.name) for field in inner.type]
    return reached(pa.RecordBatch.from_arrays(below, schema=pa.schema(inner.type.fields)), rest)


def _sliced(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of about 8 MB, at least one row each."""
    rows = max(1, int(batch.num_rows * BATCH_BYTES / max(batch.nbytes, 1)))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)
