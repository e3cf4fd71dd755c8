"""Picks what is read of a long text to tell its language: up to three windows, small letters for capitals.

The rules: a text of at most `limit_bytes` is read whole. Of a longer one three windows of a third of that are read: at
its beginning, in its middle and at its end. The second and third begin behind the first white space in their first
SKIP_BYTES, so that they cut no word, and each is a line. If more than half of the letters with a case in what is read
are capitals, all of it is lower-cased: fastText models know captions and headings in capitals badly.

Source: shares measured on documents that begin with 1 kB of names: docs/decisions/0037.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans
from corpusmill.operators.text.unicode_table import LOWER, UPPER, unicode_tables
from corpusmill.operators.text.utf8 import code_at, width_at

WINDOWS = 3
SKIP_BYTES = 32
GROWTH = 2  # a lower-case character takes at most twice the bytes; U+023A takes 2 and becomes 3


def sampled(text: str, limit_bytes: int) -> str:
    """What is read of one text: the specification.

    >>> sampled("TEA IS HOT", 100), sampled("Tea is hot", 100), sampled("one two three four five six", 12)
    ('tea is hot', 'Tea is hot', 'one \\nf\\nsix')
    """
    data = text.encode()
    read = "\n".join(data[begin:end].decode() for begin, end in windows(data, limit_bytes))
    tables = unicode_tables()
    bits = [int(tables.bits[ord(c)]) for c in read]
    if sum(bool(b & UPPER) for b in bits) <= sum(bool(b & LOWER) for b in bits):
        return read
    return "".join(chr(tables.lower[ord(c)]) for c in read)


def windows(data: bytes, limit_bytes: int) -> list[tuple[int, int]]:
    """Begin and end of each window of one text."""
    found = np.empty((WINDOWS, 2), np.int64)
    count = _windows(np.frombuffer(data or b"\0", np.uint8), 0, len(data), limit_bytes, found)
    return [(int(begin), int(end)) for begin, end in found[:count]]


def sampled_spans(texts: Spans, limit_bytes: int) -> Spans:
    """What is read of each text; `sampled` is the specification."""
    sizes = np.minimum(texts.ends - texts.starts, limit_bytes) * GROWTH + WINDOWS
    out = np.empty(int(sizes.sum()) + 1, np.uint8)
    ends = np.empty(len(texts.starts), np.int64)
    tables = unicode_tables()
    _sample(texts.data, texts.starts, texts.ends, limit_bytes, tables.bits, tables.lower, out, ends)
    return Spans(data=out, starts=np.concatenate([np.zeros(1, np.int64), ends])[:-1], ends=ends)


@njit(nogil=True, cache=True)
def _windows(data: np.ndarray, start: int, end: int, limit: int, found: np.ndarray) -> int:
    """Fill begin and end of each window of data[start:end]; how many there are."""
    if end - start <= limit:
        found[0, 0], found[0, 1] = start, end
        return 1
    size = max(limit // WINDOWS, 1)
    count = 0
    for k in range(WINDOWS):
        begin = start + (end - start - size) * k // (WINDOWS - 1)
        stop = begin + size
        if k:
            for p in range(begin, min(begin + SKIP_BYTES, stop)):
                if data[p] <= 32:
                    begin = p + 1
                    break
        while begin < stop and data[begin] & 0xC0 == 0x80:
            begin += 1
        while stop < end and stop > begin and data[stop] & 0xC0 == 0x80:
            stop -= 1
        if begin < stop:
            found[count, 0], found[count, 1] = begin, stop
            count += 1
    return count


@njit(nogil=True, cache=True)
def _put(out: np.ndarray, at: int, code: int) -> int:
    """Write one code point as UTF-8; where the next goes."""
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at], out[at + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
        return at + 2
    if code < 0x10000:
        out[at], out[at + 1], out[at + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
        return at + 3
    out[at], out[at + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F
    out[at + 2], out[at + 3] = 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
    return at + 4


@njit(nogil=True, cache=True)
def _sample(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, limit: int, bits: np.ndarray, lower: np.ndarray,
    out: np.ndarray, out_ends: np.ndarray,
) -> None:  # fmt: skip
    found = np.empty((WINDOWS, 2), np.int64)
    at = 0
    for i in range(len(starts)):
        count = _windows(data, starts[i], ends[i], limit, found)
        balance = 0  # capitals less small letters
        for k in range(count):
            p = found[k, 0]
            while p < found[k, 1]:
                kind = bits[np.uintp(code_at(data, p))]
                balance += int((kind & UPPER) != 0) - int((kind & LOWER) != 0)
                p += width_at(data, p)
        for k in range(count):
            if k:
                out[at] = 10
                at += 1
            p, stop = found[k, 0], found[k, 1]
            while p < stop:
                if balance > 0:
                    at = _put(out, at, int(lower[np.uintp(code_at(data, p))]))
                    p += width_at(data, p)
                else:
                    out[at] = data[p]
                    at += 1
                    p += 1
        out_ends[i] = at
