"""Finds the rows of a table in text, whose quoted fields may hold line ends, with the bytes that each takes up."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from corpusmill.errors import DamagedData
from corpusmill.operators.readers.framing.lines import Lines, each_line
from corpusmill.operators.readers.framing.utf8 import invalid_at

BOM = b"\xef\xbb\xbf"
SEPARATORS, QUOTE = ",\t;|", '"'
BROKEN_OFF = "broken_off: before the row ended"
MOST_FIELD_CHARS = 2**31 - 1  # what the csv module takes; `Feed` bounds a row before


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a row, none of a blank line.

    first: those of the first row of the file, which `is_first` marks; none where that row could not be read.
    """

    offset: int
    length: int
    cells: list[str]
    first: tuple[str, ...]
    is_first: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """Bytes that cannot be read as a row."""

    offset: int
    length: int
    reason: str


class Feed:
    """Gives the csv module one line after the other, and counts the bytes that it takes for a row."""

    def __init__(self, blocks: Iterator[Lines], max_bytes: int) -> None:
        self._blocks, self._max_bytes = blocks, max_bytes
        self._lines: Iterator[bytes] = iter(())
        self._waiting: Lines | None = None  # a stretch that cannot be had, behind the row that it broke off
        self._next = 0
        self.begin()

    def begin(self) -> None:
        """Count from here."""
        self.offset, self.length, self.bad = self._next, 0, None

    def broken(self) -> Failed | None:
        """The stretch that broke off the row, or comes before it; once."""
        found, self._waiting = self._waiting, None
        return Failed(found.offset, found.lost, str(found.failure)) if found is not None else None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines, None)
        while line is None:
            block = next(self._blocks)
            if block.failure is not None:
                self._waiting = block
                raise DamagedData(block.failure)
            self._lines, self._next = each_line(block.data), block.offset
            line = next(self._lines, None)
        if self.length == 0:
            self.offset = self._next
        self._next += len(line)
        self.length += len(line)
        if self.length > self._max_bytes:
            raise DamagedData(f"record_too_large: {self.length}")
        if (bad := invalid_at(line)) is not None and self.bad is None:
            self.bad = self.length - len(line) + bad
        if self._next == len(line):  # the first of the file
            line = line.removeprefix(BOM)
        return line.decode("utf-8", "replace")


def records_of(feed: Feed, separator: str | None, quote: str | None = QUOTE) -> Iterator[Record | Failed]:
    """Every row, and every stretch that is none, in order; after a damaged one a row begins with the next line.

    separator: null: see `separator_in`. quote: null: no field is quoted.
    """
    first: tuple[str, ...] | None = None
    reader = None
    while True:
        feed.begin()
        try:
            if reader is None:
                line = next(feed)
                separator = separator or separator_in(line, quote)
                reader = rows_in(_with(line, feed), separator, quote, strict=True)
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, DamagedData) as e:
            reason = f"bad_csv: {e}" if isinstance(e, csv.Error) else str(e)
            reader, first = None, first or ()
            broken = feed.broken()
            if feed.length:
                told = reason if broken is None else "broken_off: before the row ended"
                yield Failed(feed.offset, feed.length, told)
            if broken is not None:
                yield broken
            continue
        if feed.bad is not None:
            first = first or ()
            yield Failed(feed.offset, feed.length, f"invalid_utf8: at byte {feed.bad}")
            continue
        is_first = first is None and bool(cells)
        if is_first:
            first = tuple(cells)
        yield Record(feed.offset, feed.length, cells, first or (), is_first)


def rows_in(lines: Iterable[str], separator: str, quote: str | None, *, strict: bool = False) -> Iterator[list[str]]:
    """The cells of each row of lines, by the csv module, whose Error says what is none."""
    csv.field_size_limit(MOST_FIELD_CHARS)
    quoting = csv.QUOTE_NONE if quote is None else csv.QUOTE_MINIMAL
    return csv.reader(lines, delimiter=separator, quotechar=quote, quoting=quoting, strict=strict)


def separator_in(line: str, quote: str | None = QUOTE) -> str:
    """The separator that divides a row into most fields.

    >>> separator_in('id;"a, b";text'), separator_in("text")
    (';', ',')
    """
    fields = {each: next(rows_in([line], each, quote), []) for each in SEPARATORS}
    return max(SEPARATORS, key=lambda each: len(fields[each]))


def _with(line: str, feed: Feed) -> Iterator[str]:
    yield line
    yield from feed
