"""Kernels over source files: letters and digits, the longest line, phrases in the first lines."""

from typing import NamedTuple

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


class PhraseArrays(NamedTuple):
    """The arrays of `phrases.Phrases`, as a kernel takes them."""

    begin: np.ndarray
    letters: np.ndarray
    hook: np.ndarray
    hooks: np.ndarray
    nexts: np.ndarray


@njit(nogil=True, cache=True)
def marked(data: np.ndarray, start: np.ndarray, end: np.ndarray, found: PhraseArrays, out: np.ndarray) -> None:
    """bool[n]: whether a phrase stands in data[start:end] of each document."""
    for d in range(len(start)):
        if end[d] > start[d]:
            seen = phrases_in(data, start[d], end[d], found.begin, found.letters, found.hook, found.hooks, found.nexts)
            out[d] = seen != 0
