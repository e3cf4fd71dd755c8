"""Kernel that copies a line without its citation marks: "[12]", "[]", "[edit]", "[citation needed]"."""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.unicode_table import DECIMAL
from corpusmill.operators.text.utf8 import code_at, width_at

_OPEN, _CLOSE = 91, 93
_EDIT = np.frombuffer(b"[edit]", np.uint8)
_NEEDED = np.frombuffer(b"[citation needed]", np.uint8)


@njit(nogil=True, cache=True)
def _opens_with(data: np.ndarray, at: int, end: int, mark: np.ndarray) -> bool:
    if at + len(mark) > end:
        return False
    same = 0
    while same < len(mark) and data[at + same] == mark[same]:
        same += 1
    return same == len(mark)


@njit(nogil=True, cache=True)
def _citation_end(data: np.ndarray, at: int, end: int, bits: np.ndarray) -> int:
    """The end of the citation mark that begins with the bracket at `at`, or `at` if there is none."""
    if _opens_with(data, at, end, _EDIT):
        return at + len(_EDIT)
    if _opens_with(data, at, end, _NEEDED):
        return at + len(_NEEDED)
    stop = at + 1
    while stop < end and bits[code_at(data, stop)] & DECIMAL:
        stop += width_at(data, stop)
    return stop + 1 if stop < end and data[stop] == _CLOSE else at


@njit(nogil=True, cache=True)
def without_citations(data: np.ndarray, at: int, end: int, bits: np.ndarray, cut: bool, out: np.ndarray, n: int) -> int:
    """Copies data[at:end] to out[n:], without citation marks if `cut`; returns where the copy ends."""
    marks, source, target = 0, np.uintp(at), np.uintp(n)
    for i in range(end - at):
        byte = data[source + np.uintp(i)]
        out[target + np.uintp(i)] = byte
        marks += int(byte == _OPEN)
    if not (cut and marks):
        return n + end - at
    while at < end:
        stop = _citation_end(data, at, end, bits) if data[at] == _OPEN else at
        if stop > at:
            at = stop
            continue
        out[n] = data[at]
        n += 1
        at += 1
    return n
