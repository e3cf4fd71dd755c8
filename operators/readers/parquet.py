"""Parquet files: one document a row.

Source:   https://parquet.apache.org/docs/file-format/: column chunks grouped by rows, metadata at the end of the file.
Deviates: dates in INT96 are taken to the microsecond; other string types are widened to large_string, bytes are read as
          UTF-8, UUIDs as their text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.columnar import Columnar, sliced
from corpusmill.operators.readers.framing.row_groups import Region, failed_rows, regions
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.storage_errors import Storage
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.strings import is_text

ROWS_AT_A_TIME = 512
INT96_UNIT = "us"  # as Spark means it; in nanoseconds, pyarrow's own choice, the year 9999 becomes 1816
UNREADABLE = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class Parquet(Columnar, Reader):
    """One document a row; a span has the row groups whose first byte lies in it.

    text: the column of the text: strings, or bytes in UTF-8. url, source_id, domain, language, date: the column that
    holds each, None when there is none; "a.b" reaches into a struct or an object in a column of JSON, unless there is a
    column of just that name.
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
    version: ClassVar[int] = 7
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("pyarrow", "orjson")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        found = self._found(Storage(file), span)
        yield from found if self.shape is None else self.finished(found)

    def _found(self, file: Storage, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file)
        stored.require(span)
        rows = Rows(self.columns_made() if self.shape is None else self.columns_found())
        try:
            parquet = pq.ParquetFile(file, buffer_size=1 << 20, coerce_int96_timestamp_unit=INT96_UNIT)
            parts = regions(parquet.metadata, stored.size)
        except UNREADABLE as e:
            file.raise_if_failed()
            if span.end > span.start:
                rows.other(span.start, span.end - span.start, failure=f"bad_parquet: {e}")
                yield rows.batch()
            return
        for part in parts:
            if span.start <= (0 if self.reads_trees else part.start) < span.end:
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
        return self.schema_look(schema)

    def _group(self, file: Storage, parquet: pq.ParquetFile, part: Region, rows: Rows) -> Iterator[pa.RecordBatch]:
        """The rows of one group; what cannot be read of it are failed rows, as many as the file says there are."""
        done, failure = 0, None
        try:
            types = self.types_of(parquet.schema_arrow)
            names = self.names_in(parquet.schema_arrow)
            if self.shape is None and not is_text(types[self.text]):
                raise TypeError(f"column {self.text!r} is {types[self.text]}")
            for found in parquet.iter_batches(ROWS_AT_A_TIME, [part.group], sorted(set(names.values()))):
                for piece in sliced(found):
                    lengths = part.lengths(done, done + piece.num_rows)
                    batch = self.batch_of(piece, names, part.first_row + done, lengths)
                    rows.count(batch.column("length"))
                    done += piece.num_rows
                    yield batch
        except (*UNREADABLE, TypeError) as e:
            file.raise_if_failed()
            failure = f"{_reason(e)}: {str(e.args[0] if e.args else e)[:300]}"
        if failure is not None:
            yield from failed_rows(part, done, failure, rows)


def _reason(error: Exception) -> str:
    """The word for what is wrong with a row group: the file lacks a column, has no text in it, or is damaged."""
    return {KeyError: "missing_field", TypeError: "text_not_a_string"}.get(type(error), "bad_row_group")
