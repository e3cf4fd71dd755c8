"""Tables in text: CSV and TSV, one document a row.

Source:   RFC 4180, as the csv module of Python reads it (strict): quoted fields may hold separators, line ends and
          doubled quotes.
Deviates: an empty field is null, quoted or not; a row with fewer or more fields than the first is a failed row.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, ClassVar

import pyarrow as pa

from corpusmill.operators.abilities import FirstLook
from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import Columns, Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.head import head_of
from corpusmill.operators.readers.framing.lines import closing, lines_of
from corpusmill.operators.readers.framing.mapped_rows import MappedRows, look_at
from corpusmill.operators.readers.framing.mapping import Mapped
from corpusmill.operators.readers.framing.quoted import (
    BOM,
    QUOTE,
    Failed,
    Feed,
    Record,
    records_of,
    rows_in,
    separator_in,
)
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.zip_members import is_zip
from corpusmill.operators.readers.framing.zipped import first_member, zipped
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, check_window


@dataclass(frozen=True, kw_only=True)
class Csv(Mapped, Reader):
    """One document a row, plain or compressed; the first row names the fields unless `names` does.

    text, shape, url, columns and others: as those of `readers.jsonl`; turns are the JSON of a list.
    separator: one character; null: the one of comma, tab, semicolon and bar that divides the first row most often.
    quote: the character around fields that hold separators or line ends; null: no field is quoted, as in most TSV.
    names: of the fields, in files whose first row is a document already.
    max_record_bytes: a longer row is a failed row `record_too_large`. max_window_mib: as that of `readers.jsonl`.

    Line ends in quotes forbid to begin in the middle of a file: a file belongs to its first span, whole. A quote that
    is never closed makes what follows one failed row. Where the first row, which has the names, cannot be read, the
    others are failed rows `no_header`. Offsets and lengths, and members of a zip archive, are those of `readers.jsonl`.
    """

    separator: str | None = None
    quote: str | None = QUOTE
    names: tuple[str, ...] = ()
    max_window_mib: int = WINDOW_MIB

    format: ClassVar[FileFormat] = FileFormat(title="CSV", suffixes=(".csv", ".tsv"), zipped=True)
    version: ClassVar[int] = 4
    makes: ClassVar[Columns] = {"text": TEXT}
    libraries: ClassVar[tuple[str, ...]] = ("orjson", "isal", "zstandard", "lz4")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_window(self.max_window_mib)
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            raise ValueError(f"separator must be one character other than a quote, got {self.separator!r}")
        if self.quote is not None and (len(self.quote) != 1 or self.quote in f"\r\n{self.separator or ''}"):
            raise ValueError(f"quote must be one character other than the separator, or null, got {self.quote!r}")

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        stored = Stored(file, self.max_window_mib)
        stored.require(span)
        yield from zipped(self, stored, span) if is_zip(stored) else self.finished(self._found(stored, span))

    def _found(self, stored: Stored, span: Span) -> Iterator[pa.RecordBatch]:
        rows = MappedRows(self)
        if span.start == 0 and span.end > 0:
            blocks = lines_of(stored, Span(0, stored.size), self.max_record_bytes)
            for each in records_of(Feed(blocks, self.max_record_bytes), self.separator, self.quote):
                self._add(rows, each)
                if rows.full:
                    yield rows.batch()
        rows.close(span, closing(stored))
        if len(rows):
            yield rows.batch()

    def first_look(self, file: BinaryIO) -> FirstLook:
        seen = head_of(first_member(file, self.format))
        if not seen.lines:
            return FirstLook()
        first, *others = seen.lines
        lines = [line.decode("utf-8", "replace") for line in (first.removeprefix(BOM), *others)]
        try:
            separator = self.separator or separator_in(lines[0], self.quote)
            cells = list(rows_in((f"{line}\n" for line in lines), separator, self.quote))
        except csv.Error:
            return FirstLook()
        names = self.names or tuple(cells[0])
        records = [dict(zip(names, each, strict=False)) for each in cells[0 if self.names else 1 :]]
        found = look_at(self, records, whole=seen.whole)
        if twice := [name for name, times in Counter(names).items() if name and times > 1]:
            told = f"more than one field is named {', '.join(map(repr, twice))}, of which the last counts"
            return replace(found, doubt=f"{found.doubt}; {told}" if found.doubt else told)
        return found

    def _add(self, rows: MappedRows, found: Record | Failed) -> None:
        if isinstance(found, Failed):
            rows.other(found.offset, found.length, failure=found.reason)
            return
        cells = found.cells
        names = self.names or found.first
        if not cells:
            rows.other(found.offset, found.length, skipped="blank_line")
        elif found.is_first and not self.names:
            rows.other(found.offset, found.length, skipped="csv_header")
        elif not names:
            rows.other(
                found.offset, found.length, failure="no_header: the first row, which has the names, was not read"
            )
        elif len(cells) != len(names):
            few = "few" if len(cells) < len(names) else "many"
            rows.other(found.offset, found.length, failure=f"too_{few}_fields: {len(cells)} of {len(names)}")
        else:
            values = (cell or None for cell in cells)
            rows.record(found.offset, found.length, dict(zip(names, values, strict=True)))
