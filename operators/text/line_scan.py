"""Kernels that walk over UTF-8 once and write down every line. The arrays they fill are those of lines.Lines."""

import numpy as np
from numba import njit

from operators.text.hashing import hash_span
from operators.text.unicode_table import SPACE
from operators.text.utf8 import code_at, start_before, width_at

_ELLIPSIS, _DOT = 0x2026, 46


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
def scan_lines(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    unicode: bool,
    first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    chars: np.ndarray,
    hashes: np.ndarray,
    head: np.ndarray,
    tail: np.ndarray,
    last: np.ndarray,
    trails: np.ndarray,
) -> int:
    """Lines of all documents; returns how many."""
    n = 0
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        line, at, count = begin, begin, 0
        while at < end:
            width = 0
            while at < end:
                byte = data[at]
                if byte < 32 or byte == 0xC2 or byte == 0xE2:
                    width = break_width(data, at, end, unicode)
                    if width:
                        break
                count += (byte & 0xC0) != 0x80
                at += 1
            start[n], size_bytes[n], chars[n], hashes[n] = line - begin, at - line, count, hash_span(data, line, at)
            head[n], tail[n], last[n], trails[n] = _ends(data, line, at, bits)
            n += 1
            at += width
            line, count = at, 0
            if at == end and width and not unicode:  # split("\n") gives an empty line after a last break
                start[n], size_bytes[n], chars[n], hashes[n] = line - begin, 0, 0, hash_span(data, line, line)
                head[n], tail[n], last[n], trails[n] = 0, 0, 0, False
                n += 1
        first[d + 1] = n
    return n


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
