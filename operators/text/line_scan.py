"""Kernels that walk over UTF-8 once and write down every line. The arrays they fill are those of lines.Lines."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.hashing import hash_span
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.line_breaks import break_width, has_other_breaks, line_end
from corpusmill.operators.text.unicode_table import SPACE
from corpusmill.operators.text.utf8 import code_at, count_chars, start_before, width_at

_ELLIPSIS, _DOT = 0x2026, 46


class LineArrays(NamedTuple):
    """The arrays of lines.Lines, in its order, as kernels take them."""

    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    last: np.ndarray
    trails: np.ndarray


@njit(nogil=True, cache=True)
def scan_lines(data: np.ndarray, offsets: np.ndarray, bits: np.ndarray, out: LineArrays) -> int:
    """Lines of all documents by "\n"; returns how many."""
    n = 0
    for d in range(len(offsets) - 1):
        n = _scan_document(data, offsets[d], offsets[d + 1], bits, False, n, out)
        out.first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def split_lines(data: np.ndarray, offsets: np.ndarray, bits: np.ndarray, whole: LineArrays, out: LineArrays) -> int:
    """Lines of all documents by every break of Unicode; returns how many.

    `whole`: their lines by "\n". Few documents have another break: the rest are copied.
    """
    lines, starts, sizes, heads, tails, lasts, trailing = whole
    first, start, size_bytes, head, tail, last, trails = out
    n = 0
    for d in range(len(offsets) - 1):
        if has_other_breaks(data, offsets[d], offsets[d + 1]):
            n = _scan_document(data, offsets[d], offsets[d + 1], bits, True, n, out)
        else:
            end = lines[d + 1]
            if end > lines[d] and sizes[end - 1] == 0:  # splitlines() gives no line after a last break
                end -= 1
            for i in range(lines[d], end):
                start[n], size_bytes[n] = starts[i], sizes[i]
                head[n], tail[n], last[n], trails[n] = heads[i], tails[i], lasts[i], trailing[i]
                n += 1
        first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def _scan_document(
    data: np.ndarray, begin: int, end: int, bits: np.ndarray, unicode: bool, n: int, out: LineArrays
) -> int:
    """Lines of one document, written from place n on; returns the place behind them."""
    _, start, size_bytes, head, tail, last, trails = out
    line, more = begin, begin < end
    while more:
        at = line_end(data, line, end, unicode)
        start[n], size_bytes[n] = line - begin, at - line
        head[n], tail[n], last[n], trails[n] = _ends(data, line, at, bits)
        n += 1
        line = at + break_width(data, at, end, unicode) if at < end else end
        # split("\n") gives an empty line after a last break, splitlines() does not
        more = line < end or (at < end and not unicode)
    return n


@njit(nogil=True, cache=True)
def read_lines(
    data: np.ndarray,
    offsets: np.ndarray,
    first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    chars: np.ndarray,
    hashes: np.ndarray,
) -> None:
    """Characters and hash of each line found."""
    for d in range(len(first) - 1):
        for i in range(first[d], first[d + 1]):
            begin = offsets[d] + start[i]
            hashes[i] = hash_span(data, begin, begin + size_bytes[i])
            chars[i] = count_chars(data, begin, begin + size_bytes[i])


@njit(nogil=True, cache=True)
def _ends(data: np.ndarray, begin: int, end: int, bits: np.ndarray) -> tuple[int, int, int, bool]:
    """First and last character that are no space, the last of all, and whether the line trails off."""
    if begin == end:
        return 0, 0, 0, False
    byte = int(data[end - 1])
    last = byte if byte < 0x80 else code_at(data, start_before(data, end))
    first = int(data[begin])
    if 32 < first < 0x80 and 32 < byte < 0x80 and byte != _DOT:  # nearly every line of Latin script
        return first, byte, byte, False
    while begin < end and bits[code_at(data, begin)] & SPACE:
        begin += width_at(data, begin)
    if begin == end:
        return 0, 0, last, False
    at = start_before(data, end)
    while bits[code_at(data, at)] & SPACE:
        end = at
        at = start_before(data, end)
    tail = code_at(data, at)
    dots = tail == _DOT and at - begin >= 2 and data[at - 1] == _DOT and data[at - 2] == _DOT
    return code_at(data, begin), tail, last, dots or tail == _ELLIPSIS
