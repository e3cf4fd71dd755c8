"""Kernels over source files: letters and digits, the longest line, phrases in the first lines."""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.phrases import phrases_in
from corpusmill.operators.text.unicode_table import REGEX_WORD
from corpusmill.operators.text.utf8 import code_at, width_at

UNDERSCORE = 95  # of \w, but no letter or digit


@njit(nogil=True, cache=True)
def count_alphanumeric(data: np.ndarray, offsets: np.ndarray, bits: np.ndarray, out: np.ndarray) -> None:
    """int64[n]: the characters of each text that str.isalnum holds for."""
    for d in range(len(offsets) - 1):
        at, end, count = offsets[d], offsets[d + 1], 0
        while at < end:
            code = code_at(data, at)
            count += int((bits[code] & REGEX_WORD) != 0 and code != UNDERSCORE)
            at += width_at(data, at)
        out[d] = count


@njit(nogil=True, cache=True)
def largest(first: np.ndarray, values: np.ndarray, out: np.ndarray) -> None:
    """int64[n]: the largest of the values of each document's parts; 0 without any."""
    for d in range(len(first) - 1):
        for part in range(first[d], first[d + 1]):
            out[d] = max(out[d], values[part])


@njit(nogil=True, cache=True)
def marked(
    data: np.ndarray, offsets: np.ndarray, first: np.ndarray, start: np.ndarray, size_bytes: np.ndarray, most: int,
    begin: np.ndarray, letters: np.ndarray, hook: np.ndarray, hooks: np.ndarray, nexts: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    """bool[n]: whether a phrase stands in the first `most` lines of each text."""
    for d in range(len(offsets) - 1):
        last = min(first[d] + most, first[d + 1]) - 1
        if last >= first[d]:
            end = offsets[d] + start[last] + size_bytes[last]
            out[d] = phrases_in(data, offsets[d], end, begin, letters, hook, hooks, nexts) != 0
