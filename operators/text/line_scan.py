"""Kernels that walk over UTF-8 once and write down every line. The arrays they fill are those of lines.Lines."""

import numpy as np
from numba import njit

from operators.text.hashing import hash_span
from operators.text.unicode_table import SPACE
from operators.text.utf8 import code_at, count_chars, start_before, width_at

_ELLIPSIS, _DOT = 0x2026, 46
_BLOCK = 16


@njit(nogil=True, cache=True)
def break_width(data: np.ndarray, at: int, end: int, unicode: bool) -> int:
    """Bytes of the line break that begins at byte `at`, 0 when none does; "\\r\\n" is one break."""
    byte = data[at]
    if byte == 10:
        return 1
    if not unicode or (32 <= byte < 0xC2):
        return 0
    if byte == 13:
        return 2 if at + 1 < end and data[at + 1] == 10 else 1
    if 11 <= byte <= 12 or 28 <= byte <= 30:
        return 1
    if byte == 0xC2:
        return 2 if data[at + 1] == 0x85 else 0
    if byte == 0xE2 and data[at + 1] == 0x80:
        return 3 if data[at + 2] == 0xA8 or data[at + 2] == 0xA9 else 0
    return 0


@njit(nogil=True, cache=True)
def most_lines(data: np.ndarray, offsets: np.ndarray, unicode: bool) -> int:
    """No fewer lines than there are in all documents: bytes that can end a break, and one a document."""
    n = len(offsets) - 1
    for at in range(offsets[0], offsets[-1]):
        byte = data[at]
        n += int(byte == 10)
        if unicode:
            n += int((byte != 10) & ((byte <= 30) | (byte == 0x85) | (byte == 0xA8) | (byte == 0xA9)))
    return n


@njit(nogil=True, cache=True)
def line_end(data: np.ndarray, at: int, end: int, unicode: bool) -> int:
    """Where the next line break begins, or `end`. Goes by blocks in which no byte can begin one."""
    while at < end:
        if at + _BLOCK <= end:
            possible = False
            for i in range(_BLOCK):
                byte = data[at + i]
                possible |= (byte < 32) | (byte == 0xC2) | (byte == 0xE2)
            if not possible:
                at += _BLOCK
                continue
        stop = min(at + _BLOCK, end)
        while at < stop:
            byte = data[at]
            if (byte < 32 or byte == 0xC2 or byte == 0xE2) and break_width(data, at, end, unicode):
                return at
            at += 1
    return end


@njit(nogil=True, cache=True)
def scan_lines(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    unicode: bool,
    first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    head: np.ndarray,
    tail: np.ndarray,
    last: np.ndarray,
    trails: np.ndarray,
) -> int:
    """Lines of all documents; returns how many."""
    n = 0
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        line, more = begin, begin < end
        while more:
            at = line_end(data, line, end, unicode)
            start[n], size_bytes[n] = line - begin, at - line
            head[n], tail[n], last[n], trails[n] = _ends(data, line, at, bits)
            n += 1
            # split("\n") gives an empty line after a last break, splitlines() does not
            more = at < end and (not unicode or at + break_width(data, at, end, unicode) < end)
            line = at + break_width(data, at, end, unicode) if more else end
        first[d + 1] = n
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
    last = code_at(data, start_before(data, end))
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
