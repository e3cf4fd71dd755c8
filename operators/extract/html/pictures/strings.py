"""Stretches of bytes as Arrow strings, white space run together."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.unicode_table import SPACE, unicode_tables
from corpusmill.operators.text.utf8 import code_at, width_at


def strings_at(data: np.ndarray, spans: np.ndarray) -> pa.Array:
    """The text of each span of `data` (int64[n, 2], UTF-8) as `" ".join(text.split())`; large_string, blank: null."""
    size = int(np.maximum(spans[:, 1] - spans[:, 0], 0).sum())
    out, ends = np.empty(size + 1, np.uint8), np.zeros(len(spans) + 1, np.int64)
    gather(data, spans, unicode_tables().bits, out, ends)
    blank = np.diff(ends) == 0
    mask = pa.array(~blank).buffers()[1]
    buffers = [mask, pa.py_buffer(ends.tobytes()), pa.py_buffer(out[: ends[-1]].tobytes())]
    return pa.Array.from_buffers(TEXT, len(spans), buffers)


@njit(cache=True, nogil=True)
def gather(data: np.ndarray, spans: np.ndarray, bits: np.ndarray, out: np.ndarray, ends: np.ndarray) -> None:
    """Copies each span to `out`, end to end; `ends` says where each ends, after a leading 0."""
    o = np.int64(0)
    for row in range(spans.shape[0]):
        at, end, first, space = spans[row, 0], spans[row, 1], o, False
        while at < end:
            code, width = code_at(data, at), width_at(data, at)
            if bits[code] & SPACE:
                space = True
            else:
                if space and o > first:
                    out[o] = 32
                    o += 1
                space = False
                for k in range(width):
                    out[o] = data[at + k]
                    o += 1
            at += width
        ends[row + 1] = o


@njit(cache=True, nogil=True)
def around(
    text: np.ndarray, begin: np.ndarray, page: np.ndarray, place: np.ndarray, most: Int, out: np.ndarray
) -> None:
    """int64[n, 4]: the spans of the text before and after each place, within its page, of up to `most` characters.

    Where there is more text, a span begins, or ends, between words.
    """
    for row in range(place.shape[0]):
        first, last = begin[page[row]], begin[page[row] + 1]
        at, chars = place[row], 0
        while at > first and chars < most:
            at -= 1
            chars += int(text[at] & 0xC0 != 0x80)
        if at > first:
            while at < place[row] and text[at] > 32:
                at += 1
        out[row, 0], out[row, 1] = at, place[row]
        at, chars = place[row], 0
        while at < last and chars <= most:
            chars += int(text[at] & 0xC0 != 0x80)
            at += 1
        if at < last or chars > most:
            while at > place[row] and text[at - 1] > 32:
                at -= 1
        out[row, 2], out[row, 3] = place[row], at
