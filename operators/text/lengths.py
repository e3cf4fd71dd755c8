"""Lengths of documents in characters, and totals over their parts."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from corpusmill.operators.batch import Batch
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.utf8 import count_chars


@dataclass(frozen=True, kw_only=True, eq=False)
class Chars:
    """`counts`: int64[n], code points of each document; a null has 0."""

    counts: np.ndarray

    def keep(self, mask: np.ndarray) -> Self:
        """The counts of the documents where `mask` is true."""
        return type(self)(counts=self.counts[mask])


def find_chars(batch: Batch) -> Chars:
    """Code points of column `text`; use as `batch.once(find_chars)`."""
    text = batch.once(find_text)
    counts = np.zeros(len(text), np.int64)
    _count(text.data, text.offsets, counts)
    return Chars(counts=counts)


def totals(first: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum of `values` (integers or booleans) over the parts of each document: int64[n].

    >>> totals(np.array([0, 2, 2, 3]), np.array([1, 2, 5])).tolist()
    [3, 0, 5]
    """
    out = np.zeros(len(first) - 1, np.int64)
    _total(first, values.view(np.uint8) if values.dtype == np.bool_ else values, out)
    return out


@njit(nogil=True, cache=True)
def _count(data: np.ndarray, offsets: np.ndarray, counts: np.ndarray) -> None:
    for d in range(len(offsets) - 1):
        counts[d] = count_chars(data, offsets[d], offsets[d + 1])


@njit(nogil=True, cache=True)
def _total(first: np.ndarray, values: np.ndarray, out: np.ndarray) -> None:
    for d in range(len(out)):
        n = np.int64(0)
        for i in range(first[d], first[d + 1]):
            n += np.int64(values[i])
        out[d] = n
