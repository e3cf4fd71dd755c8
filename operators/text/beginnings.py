"""Cuts texts to their first characters, and copies these alone.

pc.utf8_slice_codeunits gives the same, but makes room for whole documents and looks at each character.
"""

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans, spans_of, text_from
from corpusmill.operators.text.utf8 import count_chars


def beginnings(texts: pa.Array | pa.ChunkedArray, most_chars: int) -> pa.Array | pa.ChunkedArray:
    """The first characters of each text, at most `most_chars`; null of a null. texts, result: large_string.

    >>> beginnings(pa.array(["añb", None], pa.large_string()), 2).to_pylist()
    ['añ', None]
    """
    if isinstance(texts, pa.ChunkedArray):
        return pa.chunked_array([beginnings(chunk, most_chars) for chunk in texts.chunks], TEXT)
    null = texts.is_null().to_numpy(zero_copy_only=False) if texts.null_count else None
    cut = cut_chars(spans_of(texts), most_chars)
    return text_from(cut.data, cut.ends, null)


def cut_chars(texts: Spans, most_chars: int) -> Spans:
    """The first characters of each text, in a buffer that has nothing else."""
    stops = np.empty_like(texts.starts)
    _cut(texts.data, texts.starts, texts.ends, most_chars, stops)
    ends = np.cumsum(stops - texts.starts)
    out = np.frombuffer(pa.allocate_buffer(int(ends[-1]) if len(ends) else 0), np.uint8)  # of Arrow's pool: used again
    _copy(texts.data, texts.starts, ends, out)
    return Spans(data=out, starts=np.concatenate([np.zeros(1, np.int64), ends])[:-1], ends=ends)


@njit(nogil=True, cache=True)
def _cut(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, most: int, stops: np.ndarray) -> None:
    """Fill where the first characters of each text end. Whole stretches are counted, not characters one by one."""
    for i in range(len(starts)):
        at, end, missing = starts[i], ends[i], most
        while missing > 0 and at < end:
            stop = min(at + missing, end)
            missing -= count_chars(data, at, stop)
            at = stop
        while at < end and data[at] & 0xC0 == 0x80:
            at += 1
        stops[i] = at


@njit(nogil=True, cache=True)
def _copy(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, out: np.ndarray) -> None:
    """Lay stretches of `data` end to end. ends: of each in `out`. Unsigned places let whole words be moved."""
    at = 0
    for i in range(len(starts)):
        begin, place = np.uintp(starts[i]), np.uintp(at)
        for k in range(ends[i] - at):
            out[place + np.uintp(k)] = data[begin + np.uintp(k)]
        at = ends[i]
