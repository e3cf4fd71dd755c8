"""HTML files, also in zip archives: a page a file, as `wget`, a browser or an export saves them.

Source:   none; the bytes are handed on as they are stored, for an extract step to read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import pyarrow as pa

from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.documents import whole_files
from corpusmill.operators.readers.framing.encodings import encoded_as, require_encoding
from corpusmill.operators.readers.framing.lines import closing, lines_of
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.zip_members import is_zip
from corpusmill.operators.readers.framing.zipped import zipped
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, check_window

MIME = "text/html"
OPENINGS = re.compile(rb"<!doctype|<html|<head|<body|<\?xml|<error|<h1|<title", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Html(Reader):
    """One document a file, plain or compressed; a file of nothing but white space is a skipped row `blank_file`.

    encoding: what all files are in, whatever they declare, as Python names it; None: found for each page by what it
    holds and declares.
    max_record_bytes: a longer file is a failed row `record_too_large`. max_window_mib: as that of `readers.jsonl`.

    A file belongs to its first span, whole. Of a zip archive each member that is named like a page, or has no ending
    and begins like one, is a document, whose offset is that of the member; others are skipped rows `other_member`.
    """

    encoding: str | None = None
    max_record_bytes: int = 64 << 20
    max_window_mib: int = WINDOW_MIB

    format: ClassVar[FileFormat] = FileFormat(
        title="HTML", suffixes=(".html", ".htm", ".xhtml"), opening=OPENINGS, certain=False, any_text=True, zipped=True
    )
    makes: ClassVar[Columns] = {
        "content": pa.large_binary(),
        "mime": pa.string(),  # text/html: what the name of the file promises
        "source_id": pa.string(),  # of a page in a zip archive its name there
    }
    version: ClassVar[int] = 2
    libraries: ClassVar[tuple[str, ...]] = ("isal", "zstandard", "lz4")

    def __post_init__(self) -> None:
        if self.max_record_bytes < 1:
            raise ValueError(f"max_record_bytes must be at least 1, got {self.max_record_bytes}")
        check_window(self.max_window_mib)
        if self.encoding is not None:
            require_encoding(self.encoding)

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file, self.max_window_mib)
        stored.require(span)
        if is_zip(stored):
            yield from zipped(self, stored, span, most_bytes=self.max_record_bytes)
            return
        rows = Rows(self.makes)
        if span.start == 0 and span.end > 0:
            blocks = lines_of(stored, Span(0, stored.size), self.max_record_bytes)
            for page in whole_files(blocks, self.max_record_bytes):
                if page.failure or page.blank:
                    skipped = "blank_file" if page.blank else None
                    rows.other(page.offset, page.length, skipped=skipped, failure=page.failure)
                    continue
                content = page.data if self.encoding is None else encoded_as(page.data, self.encoding)
                rows.document(page.offset, page.length, (content, MIME, None), len(content))
        rows.close(span, closing(stored))
        if len(rows):
            yield rows.batch()
