"""The paragraphs of every document of a batch, found and hashed once.

A paragraph is what stands between empty lines (two or more "\\n" in a row) in a text stripped of white space.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from corpusmill.operators.batch import Batch
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.hashing import finish, hash_span, roll, run_hash, span_hash
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.line_scan import LineArrays
from corpusmill.operators.text.lines import LineRule, find_line_texts, find_lines
from corpusmill.operators.text.ragged import parts_kept, rows_kept
from corpusmill.operators.text.unicode_table import SPACE, unicode_tables
from corpusmill.operators.text.utf8 import code_at, start_before, width_at


@dataclass(frozen=True, kw_only=True, eq=False)
class Paragraphs:
    """Paragraphs of n documents; document i has those from first[i] to first[i + 1]. Blank documents have none.

    `first`: int64[n + 1]; `chars`: int32, code points; `hash`: uint64, see `paragraph_hash`.
    """

    first: np.ndarray
    chars: np.ndarray
    hash: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Paragraphs in each document: int64[n]."""
        return np.diff(self.first)

    def keep(self, mask: np.ndarray) -> Self:
        """The paragraphs of the documents where `mask` is true."""
        return type(self)(
            first=rows_kept(self.first, mask),
            chars=parts_kept(self.first, mask, self.chars),
            hash=parts_kept(self.first, mask, self.hash),
        )


def paragraphs_of(text: str) -> list[str]:
    """The paragraphs of one text: the specification.

    >>> paragraphs_of(" one\\ntwo\\n\\n\\nthree ")
    ['one\\ntwo', 'three']
    """
    return [part for part in re.split("\n{2,}", text.strip()) if part]


def paragraph_hash(paragraph: str) -> int:
    """64-bit hash of a paragraph, made of the hashes of its lines.

    >>> paragraph_hash("a\\nb") != paragraph_hash("ab")
    True
    """
    return run_hash([span_hash(line.encode()) for line in paragraph.split("\n")])


def find_paragraphs(batch: Batch) -> Paragraphs:
    """The paragraphs of column `text`; use as `batch.once(find_paragraphs)`."""
    text, lines = batch.once(find_text), batch.once(find_lines, LineRule.NEWLINE)
    said = batch.once(find_line_texts, LineRule.NEWLINE)
    first = np.zeros(len(text) + 1, np.int64)
    chars, hashes = np.empty(len(lines.start), np.int32), np.empty(len(lines.start), np.uint64)
    bits = unicode_tables().bits
    total = _scan(text.data, text.offsets, bits, lines.arrays(), said.chars, said.hash, Found(first, chars, hashes))
    return Paragraphs(first=first, chars=chars[:total], hash=hashes[:total])


class Found(NamedTuple):
    """The arrays of Paragraphs, to be filled; chars and hash have room for as many paragraphs as there are lines."""

    first: np.ndarray
    chars: np.ndarray
    hash: np.ndarray


@njit(nogil=True, cache=True)
def _scan(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    lines: LineArrays,
    line_chars: np.ndarray,
    line_hash: np.ndarray,
    out: Found,
) -> int:
    """Fill `out` from the lines by "\n", their lengths and hashes; how many paragraphs there are."""
    line_first, start, size_bytes, head = lines.first, lines.start, lines.size_bytes, lines.head
    first, chars, hashes = out
    n, zero = 0, np.uint64(0)
    for d in range(len(first) - 1):
        top, bottom = line_first[d], line_first[d + 1] - 1  # first and last line that are not blank
        while top <= bottom and head[top] == 0:
            top += 1
        while bottom > top and head[bottom] == 0:
            bottom -= 1
        value, count, inside = zero, 0, False
        for i in range(top, bottom + 1):
            if size_bytes[i] > 0:
                hashed, length = line_hash[i], line_chars[i]
                if i in (top, bottom):
                    begin = offsets[d] + start[i]
                    hashed, length = _stripped(
                        data, begin, begin + size_bytes[i], length, bits, hashed, i == top, i == bottom
                    )
                value = roll(value, hashed, zero, zero)
                count += length + int(inside)
                inside = True
            if inside and (i == bottom or size_bytes[i] == 0):
                chars[n], hashes[n] = count, finish(value)
                n += 1
                value, count, inside = zero, 0, False
        first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def _stripped(
    data: np.ndarray,
    begin: int,
    end: int,
    chars: int,
    bits: np.ndarray,
    hashed: np.uint64,
    at_start: bool,
    at_end: bool,
) -> tuple[np.uint64, int]:
    """Hash and length of a line (not blank) without its spaces on the left, on the right."""
    before = chars
    while at_start and bits[code_at(data, begin)] & SPACE:
        begin += width_at(data, begin)
        chars -= 1
    while at_end and bits[code_at(data, start_before(data, end))] & SPACE:
        end = start_before(data, end)
        chars -= 1
    return hashed if chars == before else hash_span(data, begin, end), chars
