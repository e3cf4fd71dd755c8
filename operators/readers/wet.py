"""WET files: the plain text of pages, as a crawl publishes it beside its WARC files.

Source:   Common Crawl, "WET" files, https://commoncrawl.org/get-started: WARC `conversion` records of text/plain.
Deviates: text that is not valid UTF-8 is a failed row, or, if asked for, text with U+FFFD; never silent.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Literal

import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.archive import framed_runs
from corpusmill.operators.readers.framing.fields import SECONDS, text_of, uri_of
from corpusmill.operators.readers.framing.record import Framed
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.run import Run
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.utf8 import invalid_at, strings
from corpusmill.operators.readers.framing.warc_dates import warc_instants
from corpusmill.operators.readers.framing.warc_head import CONVERSION, VERSION, WARC
from corpusmill.operators.readers.framing.wet_run import batch_of
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, check_window


@dataclass(frozen=True, kw_only=True)
class Wet(Reader):
    """One document a `conversion` record; records of other kinds are skipped rows.

    errors: "fail" makes text that is not UTF-8 a failed row `invalid_utf8`; "replace" puts U+FFFD in its place.
    max_record_bytes: a longer record is a failed row `record_too_large`. max_window_mib: as that of `readers.warc`.
    """

    errors: Literal["fail", "replace"] = "fail"
    max_record_bytes: int = 64 << 20
    max_window_mib: int = WINDOW_MIB

    format: ClassVar[FileFormat] = FileFormat(
        title="WET",
        suffixes=(".wet",),
        magic=VERSION,
        inside=b"\nWARC-Type: conversion",
        archive=True,
        sample=gzip.compress(CONVERSION, mtime=0),
    )
    makes: ClassVar[Columns] = {
        "text": TEXT,
        "url": pa.string(),
        "fetched_at_utc": SECONDS,
        "source_id": pa.string(),
        "declared_language": pa.string(),
    }
    version: ClassVar[int] = 2
    splittable: ClassVar[bool] = True
    libraries: ClassVar[tuple[str, ...]] = ("isal", "zstandard", "lz4")

    def __post_init__(self) -> None:
        if self.errors not in ("fail", "replace"):
            raise ValueError(f"errors must be 'fail' or 'replace', got {self.errors!r}")
        if self.max_record_bytes < 1:
            raise ValueError(f"max_record_bytes must be at least 1, got {self.max_record_bytes}")
        check_window(self.max_window_mib)

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        rows = Rows(self.makes, {"text": strings, "fetched_at_utc": warc_instants})
        for found in framed_runs(Stored(file, self.max_window_mib), span, WARC, self.max_record_bytes):
            batch = batch_of(found, "conversion", self.makes) if isinstance(found, Run) else None
            if batch is not None:
                if len(rows):
                    yield rows.batch()
                rows.count(batch["length"])
                yield batch
                continue
            for record in found.records(WARC) if isinstance(found, Run) else (found,):
                self._add(rows, record)
                if rows.full:
                    yield rows.batch()
        rows.close(span)
        if len(rows):
            yield rows.batch()

    def _add(self, rows: Rows, record: Framed) -> None:
        head = record.head
        if record.failure or head is None:
            rows.other(record.offset, record.length, skipped=record.skipped, failure=record.failure)
            return
        if head.kind != "conversion":
            rows.other(record.offset, record.length, skipped=head.kind)
            return
        block = record.block
        if (bad := invalid_at(block)) is not None:
            if self.errors == "fail":
                rows.other(record.offset, record.length, failure=f"invalid_utf8: at byte {bad}")
                return
            block = block.decode("utf-8", "replace").encode()
        fields = head.fields
        values = (
            block,
            uri_of(fields.get(b"warc-target-uri")),
            fields.get(b"warc-date"),
            text_of(fields.get(b"warc-record-id")),
            text_of(fields.get(b"warc-identified-content-language")),
        )
        rows.document(record.offset, record.length, values, len(block))
