"""The lines of every document of a batch, found once, and measured and hashed once where that is asked for.

Two rules. `newline`: text.split("\\n"). `unicode`: text.splitlines(), at every line break of Unicode. Under both an
empty text has no line.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Self

import numpy as np

from corpusmill.operators.batch import Batch
from corpusmill.operators.text import line_scan
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.line_breaks import most_lines
from corpusmill.operators.text.ragged import parts_kept, rows_kept
from corpusmill.operators.text.unicode_table import unicode_tables

ELLIPSES = ("...", "…")


class LineRule(Enum):
    """Where a line ends."""

    NEWLINE = "newline"
    UNICODE = "unicode"


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """Lines of n documents in reading order; document i has lines first[i] to first[i + 1], blank ones too.

    `first`: int64[n + 1]. For each line, without its break: `start`: int32, byte inside its document; `size_bytes`:
    int32; `head`, `tail`: uint32, the first and last character that is not a space, 0 for a blank line; `last`: uint32,
    the last character, 0 for an empty line; `trails`: bool, ends (spaces apart) in an ellipsis.
    """

    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    last: np.ndarray
    trails: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Lines in each document: int64[n]."""
        return np.diff(self.first)

    def arrays(self) -> line_scan.LineArrays:
        """The same arrays, as kernels take them."""
        return line_scan.LineArrays(**vars(self))

    def keep(self, mask: np.ndarray) -> Self:
        """The lines of the documents where `mask` is true."""
        parts = {name: parts_kept(self.first, mask, values) for name, values in vars(self).items() if name != "first"}
        return type(self)(first=rows_kept(self.first, mask), **parts)


@dataclass(frozen=True, kw_only=True, eq=False)
class LineTexts:
    """What the lines of `Lines` say, in their order: `chars`: int32, code points; `hash`: uint64, hashing.span_hash."""

    first: np.ndarray
    chars: np.ndarray
    hash: np.ndarray

    def keep(self, mask: np.ndarray) -> Self:
        """Those of the documents where `mask` is true."""
        return type(self)(
            first=rows_kept(self.first, mask),
            chars=parts_kept(self.first, mask, self.chars),
            hash=parts_kept(self.first, mask, self.hash),
        )


def lines_of(text: str, rule: LineRule) -> list[str]:
    """The lines of one text: the specification.

    >>> lines_of("a\\r\\nb\\n", LineRule.UNICODE), lines_of("a\\r\\nb\\n", LineRule.NEWLINE)
    (['a', 'b'], ['a\\r', 'b', ''])
    """
    if rule is LineRule.UNICODE or not text:
        return text.splitlines()
    return text.split("\n")


def find_lines(batch: Batch, rule: LineRule) -> Lines:
    """The lines of column `text`; use as `batch.once(find_lines, LineRule.UNICODE)`."""
    text = batch.once(find_text)
    unicode = rule is LineRule.UNICODE
    room = most_lines(text.data, text.offsets, unicode)
    lines = Lines(
        first=np.zeros(len(text) + 1, np.int64),
        start=np.empty(room, np.int32),
        size_bytes=np.empty(room, np.int32),
        head=np.empty(room, np.uint32),
        tail=np.empty(room, np.uint32),
        last=np.empty(room, np.uint32),
        trails=np.empty(room, np.bool_),
    )
    bits, out = unicode_tables().bits, lines.arrays()
    if unicode:
        whole = batch.once(find_lines, LineRule.NEWLINE).arrays()
        total = line_scan.split_lines(text.data, text.offsets, bits, whole, out)
    else:
        total = line_scan.scan_lines(text.data, text.offsets, bits, out)
    return Lines(**{name: values if name == "first" else values[:total] for name, values in vars(lines).items()})


def find_line_texts(batch: Batch, rule: LineRule) -> LineTexts:
    """Lengths and hashes of `find_lines`; use as `batch.once(find_line_texts, LineRule.NEWLINE)`."""
    text, lines = batch.once(find_text), batch.once(find_lines, rule)
    chars, hashes = np.empty(len(lines.start), np.int32), np.empty(len(lines.start), np.uint64)
    line_scan.read_lines(text.data, text.offsets, lines.first, lines.start, lines.size_bytes, chars, hashes)
    return LineTexts(first=lines.first, chars=chars, hash=hashes)


def headed_by(lines: Lines, characters: tuple[str, ...]) -> np.ndarray:
    """Whether each line begins (spaces apart) with one of a few characters: bool."""
    found = np.zeros(len(lines.head), np.bool_)
    for character in characters:
        found |= lines.head == ord(character)
    return found
