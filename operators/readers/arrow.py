"""Arrow IPC files and streams, as `datasets` keeps its tables and Feather is: one document a row.

Source:   https://arrow.apache.org/docs/format/Columnar.html: messages one behind the other; a file adds a mark in front
          and a footer behind, which is not needed to read it from front to back.
Deviates: none; types are read as those of `readers.parquet`.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import pyarrow as pa
import pyarrow.ipc as ipc

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.columnar import Columnar, sliced
from corpusmill.operators.readers.framing.row_groups import Region, failed_rows, spread
from corpusmill.operators.readers.framing.rows import BATCH_ROWS, Rows
from corpusmill.operators.readers.framing.storage_errors import Storage
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.strings import in_bytes, is_text

Names = dict[str, str]
MARK = b"ARROW1\x00\x00"
END_BYTES = 10  # behind the footer of a file: its length and the first six bytes of MARK
UNREADABLE = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


@dataclass(frozen=True, kw_only=True)
class Arrow(Columnar, Reader):
    """One document a row of a file (`.arrow`, `.feather`) or stream of record batches.

    text, shape, url, columns and others: as those of `readers.parquet`.
    max_record_bytes: a longer text is a failed row `record_too_large`.

    Messages follow each other, so a file belongs to its first span, whole. Where one is damaged, all that follows is
    one failed row `bad_arrow`. `offset` is the row's number in the file. A record batch's bytes are spread evenly over
    its rows; what is before the first batch and behind the last is a skipped row each, `arrow_schema`, `arrow_footer`.
    A text that is not UTF-8 is a failed row `invalid_utf8`; in a further column it is null.
    Behind the last only a footer or NULs may follow; anything else is a failed row `bad_arrow`.
    """

    format: ClassVar[FileFormat] = FileFormat(
        title="Arrow",
        suffixes=(".arrow", ".feather"),
        magic=re.compile(rb"ARROW1\x00\x00|\xff\xff\xff\xff....\x10\x00\x00\x00", re.DOTALL),
        compressed=False,
    )
    makes: ClassVar[Columns] = {"text": TEXT}
    version: ClassVar[int] = 5
    libraries: ClassVar[tuple[str, ...]] = ("pyarrow", "orjson")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        found = self._found(Storage(file), span)
        yield from found if self.shape is None else self.finished(found)

    def first_look(self, file: BinaryIO) -> FirstLook:
        try:
            return self.schema_look(_opened(file).schema)
        except UNREADABLE:
            return FirstLook()

    def _found(self, file: Storage, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file)
        stored.require(span)
        rows = Rows(self.columns_made() if self.shape is None else self.columns_found())
        if span.start == 0 and span.end > 0:
            yield from self._messages(file, stored.size, rows)
        rows.close(span)
        if len(rows):
            yield rows.batch()

    def _messages(self, file: Storage, size: int, rows: Rows) -> Iterator[pa.RecordBatch]:
        """All of a file: a row for what is before the batches, the rows of each batch, and what is behind or lost."""
        at = row = 0
        try:
            schema = _opened(file).schema
            types, names = self.types_of(schema), self.names_in(schema)
            if self.shape is None and not is_text(types[self.text]):
                raise TypeError(f"column {self.text!r} is {types[self.text]}")
            stream = _opened(file, _included(schema, names))
            at = file.tell()
            rows.other(0, at, skipped="arrow_schema")
            while True:
                try:
                    found = stream.read_next_batch()
                except StopIteration:
                    break
                end = file.tell()
                if len(rows):
                    yield rows.batch()
                yield from self._batch(file, found, names, row, end - at, rows)
                row, at = row + found.num_rows, end
        except (*UNREADABLE, TypeError) as e:
            file.raise_if_failed()
            word = {KeyError: "missing_field", TypeError: "text_not_a_string"}.get(type(e), "bad_arrow")
            rows.other(row, size - at, failure=f"{word}: {str(e.args[0] if e.args else e)[:300]}")
            return
        if size > at:
            behind = file.tell()
            sound = _ends(Stored(file), behind)
            failure = None if sound else "bad_arrow: what follows the last message is not the end of the file"
            rows.other(row, size - at, skipped="arrow_footer" if sound else None, failure=failure)

    def _batch(
        self, file: Storage, found: pa.RecordBatch, names: Names, row: int, size: int, rows: Rows
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a record batch of `size` bytes; those that cannot be read are failed rows."""
        done = 0
        try:
            found = _readable(found)
            for batch in self._rows(found, names, row, size):
                rows.count(batch.column("length"))
                done += batch.num_rows
                yield batch
        except (*UNREADABLE, TypeError, RecursionError) as e:
            file.raise_if_failed()
            part = Region(0, size, "row_group", first_row=row, rows=found.num_rows)
            yield from failed_rows(part, done, f"bad_arrow: {str(e)[:300]}", rows)
        if not found.num_rows:
            rows.other(row, size, skipped="empty_batch")

    def _rows(self, found: pa.RecordBatch, names: Names, row: int, size: int) -> Iterator[pa.RecordBatch]:
        done = 0
        for piece in sliced(found):
            for start in range(0, piece.num_rows, BATCH_ROWS):
                part = piece.slice(start, BATCH_ROWS)
                lengths = spread(size, found.num_rows, done, done + part.num_rows)
                yield self.batch_of(part, names, row + done, lengths)
                done += part.num_rows


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch, seen to be whole; where it has strings that are not UTF-8, with bytes in place of strings.

    Raises ArrowInvalid for any other damage.
    """
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        batch = pa.RecordBatch.from_arrays([in_bytes(column) for column in batch.columns], batch.schema.names)
        batch.validate(full=True)
    return batch


def _opened(file: BinaryIO | Storage, included: list[int] | None = None) -> ipc.RecordBatchStreamReader:
    """A reader of the messages of a file, from the first on. included: the places of the columns; None for all."""
    file.seek(0)
    if file.read(len(MARK)) != MARK:
        file.seek(0)
    return ipc.open_stream(file, options=ipc.IpcReadOptions(included_fields=included))


def _included(schema: pa.Schema, names: Names) -> list[int]:
    """The places of the columns that hold the fields of a job."""
    columns = {name if name in schema.names else name.partition(".")[0] for name in names.values()}
    return [place for place, name in enumerate(schema.names) if name in columns]


def _ends(stored: Stored, at: int) -> bool:
    """Whether a file ends as it should behind its last message: a stream with NULs at most, a file with its footer."""
    if stored.read(0, len(MARK)) != MARK:
        return stored.is_blank(at, stored.size)
    length, mark = struct.unpack("<i6s", stored.read(stored.size - END_BYTES, END_BYTES))
    footer = stored.size - END_BYTES - length
    return mark == MARK[:6] and length > 0 and footer >= at and stored.is_blank(at, footer)
