"""Lines of documents by place, and documents without some of their lines.

A line here ends at a line feed and nowhere else: what is not removed stays byte for byte.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans, text_from

SPACE = 32


@dataclass(frozen=True, kw_only=True)
class LinePlaces:
    """Document `i` has lines first[i] to first[i + 1]; a line is data[begins:ends], without its line feed.

    cores_begin, cores_end: the same without ASCII white space around; equal in a blank line. All int64.
    """

    first: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    cores_begin: np.ndarray
    cores_end: np.ndarray


def line_places(texts: Spans) -> LinePlaces:
    """Every line of every document; a document without bytes has one blank line."""
    first = np.zeros(len(texts.starts) + 1, np.int64)
    _count(texts.data, texts.starts, texts.ends, first)
    out = np.empty((4, first[-1]), np.int64)
    _places(texts.data, texts.starts, texts.ends, first, out)
    return LinePlaces(first=first, begins=out[0], ends=out[1], cores_begin=out[2], cores_end=out[3])


def without_lines(texts: Spans, lines: LinePlaces, dropped: np.ndarray, null: np.ndarray) -> pa.Array:
    """The documents without the lines where the boolean `dropped` is true; null documents stay null."""
    room = int((texts.ends - texts.starts).sum())
    out, ends = np.empty(room, np.uint8), np.empty(len(texts.starts), np.int64)
    size = _join(texts.data, lines.first, lines.begins, lines.ends, dropped, out, ends)
    return text_from(out[:size], ends, null)


def lines_dropped(lines: LinePlaces, dropped: np.ndarray) -> np.ndarray:
    """int32, how many lines each document loses."""
    before = np.zeros(len(dropped) + 1, np.int64)
    np.cumsum(dropped, out=before[1:])
    return np.diff(before[lines.first]).astype(np.int32)


@njit(nogil=True, cache=True)
def _count(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, first: np.ndarray) -> None:
    total = 0
    for i in range(len(starts)):
        total += 1
        for p in range(starts[i], ends[i]):
            total += data[p] == 10
        first[i + 1] = total


@njit(nogil=True, cache=True)
def _places(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, first: np.ndarray, out: np.ndarray) -> None:
    for i in range(len(starts)):
        begin = starts[i]
        for line in range(first[i], first[i + 1]):
            end = begin
            while end < ends[i] and data[end] != 10:
                end += 1
            a, b = begin, end
            while a < b and data[a] <= SPACE:
                a += 1
            while b > a and data[b - 1] <= SPACE:
                b -= 1
            out[0, line], out[1, line], out[2, line], out[3, line] = begin, end, a, b
            begin = end + 1


@njit(nogil=True, cache=True)
def _join(
    data: np.ndarray, first: np.ndarray, begins: np.ndarray, ends: np.ndarray, dropped: np.ndarray, out: np.ndarray,
    out_ends: np.ndarray,
) -> int:  # fmt: skip
    at = 0
    for i in range(len(first) - 1):
        kept = 0
        for line in range(first[i], first[i + 1]):
            if dropped[line]:
                continue
            if kept:
                out[at] = 10
                at += 1
            kept += 1
            for p in range(begins[line], ends[line]):
                out[at] = data[p]
                at += 1
        out_ends[i] = at
    return at
