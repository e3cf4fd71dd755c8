"""Plain text: a file, a line or a paragraph a document.

Source:   none; text files in UTF-8 or the encoding that is named, with or without a byte order mark, LF or CRLF.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Literal

import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.documents import Document, whole_files, whole_lines, whole_paragraphs
from corpusmill.operators.readers.framing.encodings import encoded_as, has_line_ends, require_encoding, undecodable_at
from corpusmill.operators.readers.framing.lines import closing, lines_of
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.utf8 import invalid_at, strings
from corpusmill.operators.readers.framing.zip_members import is_zip
from corpusmill.operators.readers.framing.zipped import zipped
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, check_window

BOM = b"\xef\xbb\xbf"
UTF8 = "utf-8"


@dataclass(frozen=True, kw_only=True)
class Plain(Reader):
    """Documents of a text file, plain or compressed.

    unit: "file", one document; "line", one a line, blank lines skipped; "paragraph", one a run of lines between blank
    ones. Line ends at the end of a document are left out.
    encoding: what all files are in, as Python names it (cp1251, shift_jis, utf-16). One that does not end lines with
    the byte 0A, as UTF-16, is read by file only.
    errors: "fail" makes text that is not in that encoding a failed row `invalid_utf8`, or `invalid_encoding` of another
    one; "replace" puts U+FFFD in its place.
    max_record_bytes: a longer document is a failed row `record_too_large`. max_window_mib: as that of `readers.jsonl`.

    Lines can be split into spans, those of a compressed file by its members, as `readers.jsonl` says; a file read by
    file or paragraph belongs to its first span, whole. Offsets and lengths in a compressed file, and members
    of a zip archive, are also those of `readers.jsonl`; a member without an ending is read if it is text.
    """

    unit: Literal["file", "line", "paragraph"] = "file"
    encoding: str = UTF8
    errors: Literal["fail", "replace"] = "fail"
    max_record_bytes: int = 64 << 20
    max_window_mib: int = WINDOW_MIB

    format: ClassVar[FileFormat] = FileFormat(
        title="plain text", suffixes=(".txt", ".text", ".md"), any_text=True, zipped=True
    )
    makes: ClassVar[Columns] = {
        "text": TEXT,
        "source_id": pa.string(),  # of a member of a zip archive its name there
    }
    version: ClassVar[int] = 4
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("isal", "zstandard", "lz4")

    def __post_init__(self) -> None:
        if self.unit not in ("file", "line", "paragraph"):
            raise ValueError(f"unit must be 'file', 'line' or 'paragraph', got {self.unit!r}")
        if self.errors not in ("fail", "replace"):
            raise ValueError(f"errors must be 'fail' or 'replace', got {self.errors!r}")
        if self.max_record_bytes < 1:
            raise ValueError(f"max_record_bytes must be at least 1, got {self.max_record_bytes}")
        check_window(self.max_window_mib)
        require_encoding(self.encoding)
        if self.unit != "file" and not has_line_ends(self.encoding):
            told = (
                f"unit: {self.unit} needs an encoding that ends lines with the byte 0A, which {self.encoding} does not"
            )
            raise ValueError(f"{told}; read by file, or convert the files (iconv -f {self.encoding} -t UTF-8)")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file, self.max_window_mib)
        stored.require(span)
        if is_zip(stored):
            most = self.max_record_bytes if self.unit == "file" else None
            yield from zipped(self, stored, span, most_bytes=most)
            return
        rows = Rows(self.makes, {"text": strings})
        for document in self._documents(stored, span):
            self._add(rows, document)
            if rows.full:
                yield rows.batch()
        rows.close(span, closing(stored))
        if len(rows):
            yield rows.batch()

    def _documents(self, stored: Stored, span: Span) -> Iterator[Document]:
        stored.require(span)
        if self.unit == "line":
            return whole_lines(lines_of(stored, span, self.max_record_bytes))
        if span.start > 0 or span.start == span.end:
            return iter(())
        blocks = lines_of(stored, Span(0, stored.size), self.max_record_bytes)
        if self.unit == "paragraph":
            return whole_paragraphs(blocks, self.max_record_bytes)
        return whole_files(blocks, self.max_record_bytes)

    def _add(self, rows: Rows, document: Document) -> None:
        offset, length = document.offset, document.length
        if document.failure or document.blank:
            rows.other(
                offset, length, skipped=f"blank_{self.unit}" if document.blank else None, failure=document.failure
            )
            return
        data = document.data
        if self.encoding != UTF8:
            bad = undecodable_at(data, self.encoding) if self.errors == "fail" else None
            if bad is not None:
                rows.other(offset, length, failure=f"invalid_encoding: not {self.encoding} at byte {bad}")
                return
            data = encoded_as(data, self.encoding)
        if offset == 0 and data.startswith(BOM):
            data = data[len(BOM) :]
        if (bad := invalid_at(data)) is not None:
            if self.errors == "fail":
                rows.other(offset, length, failure=f"invalid_utf8: at byte {bad}")
                return
            data = data.decode("utf-8", "replace").encode()
        rows.document(offset, length, (data.rstrip(b"\r\n"), None), len(data))
