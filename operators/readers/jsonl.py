"""JSON lines: one JSON object a line, one document an object.

Source:   https://jsonlines.org; RFC 8259 as orjson reads it (UTF-8 only, no NaN, the last of duplicate keys counts).
Deviates: lines are parsed one by one, never in bulk: pyarrow's block reader is twice as fast, but lets two objects on
          one line, an object over two lines and NaN pass, so that a line would depend on its neighbours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

import orjson
import pyarrow as pa

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.array import BOM, Element, begins_array, elements, first_elements, is_array
from corpusmill.operators.readers.framing.head import head_of
from corpusmill.operators.readers.framing.lines import Lines, closing, each_line, lines_of
from corpusmill.operators.readers.framing.mapped_rows import MappedRows, look_at
from corpusmill.operators.readers.framing.mapping import Mapped
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.utf8 import invalid_at
from corpusmill.operators.readers.framing.zip_members import is_zip
from corpusmill.operators.readers.framing.zipped import first_member, zipped
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, check_window


@dataclass(frozen=True, kw_only=True)
class Jsonl(Mapped, Reader):
    """One document a line; plain, gzip, Zstandard, LZ4 or bzip2, told by the first bytes.

    text, url, source_id, domain, language, date: the field that holds each, None when there is none; "a.b" reaches into
    an object, unless there is a field of just that name. The text must be a string. Of the others an integer becomes
    its digits, however many, null and absence null, anything else its JSON; dates are read as in text.dates.
    columns: further columns, column name -> field, strings unless `types` names another type: int, float, bool, strings
    (a list of texts), timestamp, bytes, floats, or lists and structs of these (list<struct<url: string, width: int>>).
    A date or a value that cannot be read is null, and `unread_fields` holds it.
    content: in place of text, the field of a page in HTML, for an extract step to read; further columns `mime` and
    `http_charset` are heeded there.
    max_record_bytes: a longer line is a failed row `record_too_large`, passed over without being held.
    max_window_mib: of the windows of a Zstandard file, held in memory; a longer one is a failed row `long_window`.

    A file that is one array of objects is read, too, an element as a line: it belongs to its first span, whole, and
    what is behind an element that is damaged is one failed row. Where the first line is an array to its end and others
    follow, the file is one of lines.

    A file of messages of trees (shape oasst) belongs to its first span, too, so that no tree is cut.

    A compressed file is divided where it has several members (gzip) or frames (Zstandard, LZ4), as `bgzip`, `pzstd` or
    the `cat` of many files make them: a span has those that begin in it. The member at which two spans meet is inflated
    once more by each of them, to see that it is sound. A file of one member is read by one worker, however large.

    offset: in a compressed file the stored offset of the member that the line begins in, and the number of bytes
    inflated from it before the line (the first member that holds anything counts from 0). However the file is divided
    it is the same, but lines of different members may share it, and it may fall from one member to the next. length: of
    what the file inflates to; a row `compression` makes the lengths add up to the bytes stored.

    Of a zip archive each member that is named like these files, or has no ending and begins like one, is read as a file
    by the span in which its head is; offset is that of the head. Others are skipped rows `other_member`, `folder` and
    `hidden_member`; an encrypted, damaged or nested one is a failed row.
    """

    max_window_mib: int = WINDOW_MIB

    format: ClassVar[FileFormat] = FileFormat(
        title="JSON lines", suffixes=(".jsonl", ".ndjson", ".json"), opening=re.compile(rb"\{|\[\s*\{"), zipped=True
    )
    makes: ClassVar[Columns] = {"text": TEXT}
    version: ClassVar[int] = 7
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("orjson", "isal", "zstandard", "lz4")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_window(self.max_window_mib)

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file, self.max_window_mib)
        stored.require(span)
        yield from zipped(self, stored, span) if is_zip(stored) else self.finished(self._found(stored, span))

    def _found(self, stored: Stored, span: Span) -> Iterator[pa.RecordBatch]:
        rows = MappedRows(self)
        for block in self._blocks(stored, span):
            for _ in self._lines(rows, block):
                if rows.full:
                    yield rows.batch()
        rows.close(span, closing(stored))
        if len(rows):
            yield rows.batch()

    def first_look(self, file: BinaryIO) -> FirstLook:
        seen = head_of(first_member(file, self.format))
        found = first_elements(seen.text) if begins_array(seen.text) else map(_parsed, seen.lines)
        records = [record for record in found if isinstance(record, dict)]
        return look_at(self, records, whole=seen.whole)

    def _blocks(self, stored: Stored, span: Span) -> Iterator[Lines | Element]:
        array = is_array(stored)
        if not array and not self.reads_trees:
            return lines_of(stored, span, self.max_record_bytes)
        if span.start > 0 or span.end == 0:
            return iter(())
        bound = self.max_record_bytes
        return elements(stored, bound) if array else lines_of(stored, Span(0, stored.size), bound)

    def _lines(self, rows: MappedRows, block: Lines | Element) -> Iterator[None]:
        """Add the rows of a block, with a pause after each."""
        if isinstance(block, Element):
            if block.data:
                self._line(rows, block.offset, block.data, block.length)
            else:
                rows.other(block.offset, block.length, skipped=block.skipped, failure=block.failure)
            yield
            return
        if block.failure:
            rows.other(block.offset, block.lost, failure=block.failure)
            yield
        offset = block.offset
        for line in each_line(block.data):
            self._line(rows, offset, line, len(line))
            offset += len(line)
            yield

    def _line(self, rows: MappedRows, offset: int, line: bytes, length: int) -> None:
        if offset == 0 and line.startswith(BOM):
            line = line[len(BOM) :]
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as e:
            if not line.strip():
                rows.other(offset, length, skipped="blank_line")
            elif (bad := invalid_at(line)) is not None:
                rows.other(offset, length, failure=f"invalid_utf8: at byte {bad}")
            else:
                rows.other(offset, length, failure=f"bad_json: {e.msg} at character {e.pos}")
            return
        rows.record(offset, length, found, line)


def _parsed(line: bytes) -> Any:
    try:
        return orjson.loads(line.removeprefix(BOM))
    except orjson.JSONDecodeError:
        return None
