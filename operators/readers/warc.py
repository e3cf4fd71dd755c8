"""WARC files: pages as a crawler received them.

Source:   ISO 28500:2017 (WARC 1.1); the sub-type of HTTP responses as Common Crawl and Heritrix write it;
          WACZ 1.1.1 (Webrecorder): a zip archive with WARC files in `archive/`.
Deviates: from warcio and fastwarc, which stop at damage: here a damaged region is one failed row and reading goes on.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

import pyarrow as pa

from corpusmill.errors import BodyTooLarge
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.archive import framed
from corpusmill.operators.readers.framing.fields import SECONDS, text_of, uri_of
from corpusmill.operators.readers.framing.http import media_type, response
from corpusmill.operators.readers.framing.http_pages import HttpPages, filled
from corpusmill.operators.readers.framing.record import Framed
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.utf8 import binaries
from corpusmill.operators.readers.framing.warc_dates import warc_instants
from corpusmill.operators.readers.framing.warc_head import CONVERSION, VERSION, WARC
from corpusmill.operators.readers.framing.zip_members import is_zip
from corpusmill.operators.readers.framing.zipped import zipped


@dataclass(frozen=True, kw_only=True)
class Warc(HttpPages, Reader):
    """One document a `response` record of status 200, its body with transfer and content codings undone.

    Of several answers in a record (100 Continue, 103 Early Hints, a proxy's to CONNECT) the final one counts.
    Skipped rows: records of other kinds by their kind, answers that are not 200 as `http_status`, responses of other
    protocols (dns:, ftp:) or without a status line as `not_http`. A failed row `broken_body`: a coding of the body
    breaks off, or leaves bytes over, and the crawler does not say that it cut it (WARC-Truncated).
    resources: `resource` records (pages stored without HTTP) are documents too, with null `http_status`.
    In a zip archive, as WACZ is one, its WARC files are read; each is read whole by the span in which it begins.
    statuses: the HTTP statuses that make a document.
    max_record_bytes: a longer record, or body once decoded, is a failed row `record_too_large`.
    max_window_mib: of the windows of a Zstandard file, held in memory; a file of a longer one is a failed row
    `long_window`.
    """

    resources: bool = False

    format: ClassVar[FileFormat] = FileFormat(
        title="WARC",
        suffixes=(".warc",),
        magic=VERSION,
        archive=True,
        zipped=True,
        archives=(".wacz",),
        sample=gzip.compress(CONVERSION, mtime=0),
    )
    makes: ClassVar[Columns] = {
        "content": pa.large_binary(),
        "url": pa.string(),
        "mime": pa.string(),  # as declared, lower-cased, without parameters
        "http_charset": pa.string(),  # as declared, lower-cased
        "http_status": pa.int32(),
        "fetched_at_utc": SECONDS,
        "source_id": pa.string(),  # WARC-Record-ID
    }
    version: ClassVar[int] = 4
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("fastwarc", "isal", "zstandard", "lz4")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file, self.max_window_mib)
        if is_zip(stored):
            yield from zipped(self, stored, span, named=False)
            return
        rows = Rows(self.makes, {"content": binaries, "fetched_at_utc": warc_instants})
        yield from filled(rows, framed(stored, span, WARC, self.max_record_bytes), self._add, span)

    def _add(self, rows: Rows, record: Framed) -> None:
        head, at, length = record.head, record.offset, record.length
        if record.failure or head is None:
            rows.other(at, length, skipped=record.skipped, failure=record.failure)
        elif head.kind == "response":
            self._add_response(rows, record)
        elif head.kind == "resource" and self.resources:
            mime, charset = media_type(head.fields.get(b"content-type", b""))
            self._add_page(rows, record, record.block, mime, charset, None)
        else:
            rows.other(at, length, skipped=head.kind)

    def _add_response(self, rows: Rows, record: Framed) -> None:
        try:
            found = response(record.block, self.max_record_bytes)
        except BodyTooLarge:
            failure = f"record_too_large: its body inflates beyond {self.max_record_bytes}"
            rows.other(record.offset, record.length, failure=failure)
            return
        if found.status is None:
            rows.other(record.offset, record.length, skipped="not_http")
        elif found.status not in self.statuses:
            rows.other(record.offset, record.length, skipped="http_status")
        elif found.broken and not (record.head and b"warc-truncated" in record.head.fields):
            rows.other(record.offset, record.length, failure=f"broken_body: {found.broken}")
        else:
            self._add_page(rows, record, found.body, found.mime, found.charset, found.status)

    def _add_page(
        self, rows: Rows, record: Framed, body: bytes, mime: str | None, charset: str | None, status: int | None
    ) -> None:
        fields = record.head.fields if record.head else {}
        values = (
            body,
            uri_of(fields.get(b"warc-target-uri")),
            mime,
            charset,
            status,
            fields.get(b"warc-date"),
            text_of(fields.get(b"warc-record-id")),
        )
        rows.document(record.offset, record.length, values, len(body))
