"""ARC files: pages as crawlers stored them before WARC.

Source:   Burner and Kahle 1996, "Arc File Format", versions 1 and 2.
Deviates: records of other protocols than HTTP (dns:) are skipped rows `not_http`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import pyarrow as pa

from corpusmill.errors import BodyTooLarge
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.arc_head import ARC
from corpusmill.operators.readers.framing.archive import framed
from corpusmill.operators.readers.framing.fields import SECONDS, arc_instants, text_of
from corpusmill.operators.readers.framing.http import media_type, response
from corpusmill.operators.readers.framing.http_pages import HttpPages, filled
from corpusmill.operators.readers.framing.record import Framed
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.utf8 import binaries


@dataclass(frozen=True, kw_only=True)
class Arc(HttpPages, Reader):
    """One document an HTTP response of status 200, its codings undone; plain, or compressed with a member a record.

    Skipped rows: `filedesc`, `not_http`, and answers of other statuses as `http_status`. A failed row `broken_body`: a
    coding of the body breaks off, or leaves bytes over.
    max_record_bytes, max_window_mib: as those of `readers.warc`.
    """

    format: ClassVar[FileFormat] = FileFormat(
        title="ARC", suffixes=(".arc",), magic=re.compile(rb"filedesc:"), archive=True
    )
    makes: ClassVar[Columns] = {
        "content": pa.large_binary(),
        "url": pa.string(),
        "mime": pa.string(),  # of the answer, else as the head of the record has it
        "http_charset": pa.string(),
        "http_status": pa.int32(),
        "fetched_at_utc": SECONDS,
        "source_id": pa.string(),  # ARC records have none: always null
    }
    version: ClassVar[int] = 4
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("fastwarc", "isal", "zstandard", "lz4")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        rows = Rows(self.makes, {"content": binaries, "fetched_at_utc": arc_instants})
        yield from filled(
            rows, framed(Stored(file, self.max_window_mib), span, ARC, self.max_record_bytes), self._add, span
        )

    def _add(self, rows: Rows, record: Framed) -> None:
        head, at, length = record.head, record.offset, record.length
        if record.failure or head is None:
            rows.other(at, length, skipped=record.skipped, failure=record.failure)
            return
        if head.kind != "response":
            rows.other(at, length, skipped=head.kind)
            return
        try:
            found = response(record.block, self.max_record_bytes)
        except BodyTooLarge:
            rows.other(at, length, failure=f"record_too_large: its body inflates beyond {self.max_record_bytes}")
            return
        if found.status is None:
            rows.other(at, length, skipped="not_http")
        elif found.status not in self.statuses:
            rows.other(at, length, skipped="http_status")
        elif found.broken:
            rows.other(at, length, failure=f"broken_body: {found.broken}")
        else:
            mime = found.mime or media_type(head.fields[b"mime"])[0]
            url, date = text_of(head.fields[b"url"]), head.fields[b"date"]
            values = (found.body, url, mime, found.charset, found.status, date, None)
            rows.document(at, length, values, len(found.body))
