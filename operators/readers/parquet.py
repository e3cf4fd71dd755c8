"""Parquet files: one document a row.

Source:   https://parquet.apache.org/docs/file-format/: column chunks grouped by rows, metadata at the end of the file.
Deviates: none; other string types are widened to large_string, bytes are read as UTF-8.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import RECORD, Columns, FileFormat, FirstLook, Reader, Span
from corpusmill.operators.readers.framing.mapping import Mapped, listed
from corpusmill.operators.readers.framing.row_groups import Region, regions
from corpusmill.operators.readers.framing.rows import BATCH_BYTES, BATCH_ROWS, Rows
from corpusmill.operators.readers.framing.storage_errors import Storage
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.strings import as_bytes, as_strings, is_text, wide
from corpusmill.operators.readers.framing.typed import in_types
from corpusmill.operators.readers.shapes.columns import turns_in
from corpusmill.operators.readers.shapes.shaped import PREFIX

ROWS_AT_A_TIME = 512
MOST_UNSEEN_ROWS = 1 << 20  # guess
UNREADABLE = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class Parquet(Mapped, Reader):
    """One document a row; a span has the row groups whose first byte lies in it.

    text: the column of the text: strings, or bytes in UTF-8. url, source_id, domain, language, date: the column that
    holds each, None when there is none; "a.b" reaches into a struct, unless there is a column of just that name.
    columns: further ones, name -> name in the file, strings unless `types` names another type: int, float, bool,
    strings (a list of texts) or timestamp. Dates are read as in text.dates; a date or a value that cannot be read is
    null, and `unread_fields` holds it.
    content: in place of text, the column of pages in HTML, strings or bytes, for an extract step to read; further
    columns `mime` and `http_charset` are heeded there.
    max_record_bytes: a longer text is a failed row `record_too_large`.

    A row group that cannot be read, or lacks a column that is named here, is as many failed rows as it has rows; a
    file whose metadata cannot be read is one failed row with all its bytes.

    `offset` is the row's number in the file. A row group's bytes, up to where the next begins, are spread evenly
    over its rows; the file's first bytes and its metadata are a skipped row each, `parquet_header`, `parquet_footer`.
    """

    format: ClassVar[FileFormat] = FileFormat(
        title="Parquet", suffixes=(".parquet", ".pq"), magic=re.compile(rb"PAR1"), compressed=False
    )
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
            file.raise_if_failed()
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

    def first_look(self, file: BinaryIO) -> FirstLook:
        try:
            schema = pq.read_schema(file)
        except UNREADABLE:
            return FirstLook()
        try:
            types = self._types(schema)
        except KeyError as e:
            lacks = f"{e.args[0]}; say which is which, {self.example()}"
            return FirstLook(fields=field_names(schema), lacks=lacks)
        if self.shape is None and not is_text(types[self.text]):
            lacks = f"column {self.text!r} is {types[self.text]}, not text; name another, e.g. columns: {{text: body}}"
            return FirstLook(fields=field_names(schema), lacks=lacks)
        return FirstLook(fields=field_names(schema))

    def _types(self, schema: pa.Schema) -> dict[str, pa.DataType]:
        """The type of every field that is read. KeyError when the file lacks one."""
        types: dict[str, pa.DataType] = {}
        missing: list[str] = []
        for name in sorted({*self.needed(), *self.named().values(), *self.further().values()}):
            try:
                types[name] = type_of(schema, name)
            except KeyError:
                missing.append(name)
        if missing:
            lacking = " or ".join(map(repr, missing))
            raise KeyError(f"the file has no column {lacking}, only {listed(field_names(schema))}")
        return types

    def _group(self, file: Storage, parquet: pq.ParquetFile, part: Region, rows: Rows) -> Iterator[pa.RecordBatch]:
        """The rows of one group; what cannot be read of it are failed rows, as many as the file says there are."""
        done, failure = 0, None
        try:
            types = self._types(parquet.schema_arrow)
            names = self._names(parquet.schema_arrow)
            if self.shape is None and not is_text(types[self.text]):
                raise TypeError(f"column {self.text!r} is {types[self.text]}")
            for found in parquet.iter_batches(ROWS_AT_A_TIME, [part.group], sorted(set(names.values()))):
                for piece in _sliced(found):
                    lengths = part.lengths(done, done + piece.num_rows)
                    batch = self._batch(piece, names, part.first_row + done, lengths)
                    rows.count(batch.column("length"))
                    done += piece.num_rows
                    yield batch
        except (*UNREADABLE, TypeError) as e:
            file.raise_if_failed()
            failure = f"{_reason(e)}: {str(e.args[0] if e.args else e)[:300]}"
        if failure is not None:
            yield from _failed(part, done, failure, rows)

    def _names(self, schema: pa.Schema) -> dict[str, str]:
        """Our columns, and fields of the shape, with those of the file that they come from."""
        fields = {f"{PREFIX}{name}": field for name, field in self.fields().items()}
        there = {name: field.name for name, field in fields.items() if field.needed or has(schema, field.name)}
        body = {next(iter(self.body())): self.text} if self.shape is None else there
        return {**body, **self.named(), **self.further()}

    def _batch(self, piece: pa.RecordBatch, names: Mapping[str, str], row: int, lengths: np.ndarray) -> pa.RecordBatch:
        if self.shape is not None:
            return self._shaped(piece, names, row, lengths)
        found = reached(piece, self.text)
        text, invalid = wide(found) if self.content is None else (as_bytes(found), [])
        body = next(iter(self.body()))
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
            body: text,
        }
        read = self.columns_typed()
        values_of = {column: reached(piece, name) for column, name in names.items() if column != body}
        arrays |= {column: as_strings(values) for column, values in values_of.items() if column not in read}
        if read:
            arrays |= in_types(values_of, read)
        made = {name: pc.if_else(sound, arrays[name], None) for name in self.columns_made()}
        return pa.RecordBatch.from_pydict({**{name: arrays[name] for name in RECORD}, **made})

    def _shaped(self, piece: pa.RecordBatch, names: Mapping[str, str], row: int, lengths: np.ndarray) -> pa.RecordBatch:
        """Rows of conversations, of which a row group has some fields as what they are, or not at all."""
        n = piece.num_rows
        fields = {f"{PREFIX}{name}": field for name, field in self.fields().items()}
        arrays: dict[str, pa.Array] = {
            "offset": pa.array(np.arange(row, row + n), pa.int64()),
            "length": pa.array(lengths, pa.int64()),
            "skipped": pa.nulls(n, pa.string()),
            "failure": pa.nulls(n, pa.string()),
        }
        typed = self.columns_typed()
        for name, dtype in self.columns_found().items():
            found = pa.nulls(n, dtype) if name not in names else reached(piece, names[name])
            if name in fields and fields[name].kind == "turns":
                arrays[name] = turns_in(found, fields[name].speaks)
            else:
                arrays[name] = found if name in typed else as_strings(found)
        return self.in_types(pa.RecordBatch.from_pydict(arrays))


def _reason(error: Exception) -> str:
    """The word for what is wrong with a row group: the file lacks a column, has no text in it, or is damaged."""
    return {KeyError: "missing_field", TypeError: "text_not_a_string"}.get(type(error), "bad_row_group")


def _failed(part: Region, done: int, failure: str, rows: Rows) -> Iterator[pa.RecordBatch]:
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


def field_names(schema: pa.Schema) -> tuple[str, ...]:
    """The columns, and of a struct the fields in it as "a.b", in order.

    >>> field_names(pa.schema({"id": pa.int8(), "a": pa.struct({"b": pa.int8(), "c": pa.int8()})}))
    ('id', 'a.b', 'a.c')
    """
    found: list[str] = []
    for each in schema:
        inner = field_names(pa.schema(each.type.fields)) if pa.types.is_struct(each.type) else ()
        found += [f"{each.name}.{name}" for name in inner] or [each.name]
    return tuple(found)


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


def has(schema: pa.Schema, name: str) -> bool:
    """Whether there is a column of that name, or something that "a.b" reaches."""
    try:
        type_of(schema, name)
    except KeyError:
        return False
    return True


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
