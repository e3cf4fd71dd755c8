"""How tokens lie along the line of each lane, roughly: a histogram over the leading bits of the position.

Histograms of disjoint units add up, in any order and grouping. Their size follows from the bins, not from the number
of documents.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.supply.bins import Rows
from corpusmill.operators.mix.supply.levels import Bins


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """Tokens by bin, empty bins left out. bins: int64, rising. tokens: int64."""

    bins: np.ndarray
    tokens: np.ndarray


def histogram(bins: Bins, rows: Rows) -> Histogram:
    """The histogram of one unit's documents, as far as they lie in these bins."""
    inside, at = bins.inside(rows)
    return _summed(at, inside.tokens.astype(np.int64))


def added(bins: int, histograms: Iterable[Histogram]) -> np.ndarray:
    """Tokens in all bins before each, of all histograms together, int64, one more than there are bins.

    One histogram is held at a time.
    """
    before = np.zeros(bins + 1, np.int64)
    for one in histograms:
        before[one.bins + 1] += one.tokens
    return np.cumsum(before, out=before)


def merged(bins: int, histograms: Iterable[Histogram]) -> Histogram:
    """The histogram of all their documents together; one of them is held at a time."""
    tokens = np.diff(added(bins, histograms))
    found = np.flatnonzero(tokens)
    return Histogram(bins=found, tokens=tokens[found])


def _summed(bins: np.ndarray, tokens: np.ndarray) -> Histogram:
    if not len(bins):
        return Histogram(bins=bins, tokens=tokens)
    order = np.argsort(bins, kind="stable")
    sorted_bins = bins[order]
    first = np.flatnonzero(np.concatenate([[True], sorted_bins[1:] != sorted_bins[:-1]]))
    return Histogram(bins=sorted_bins[first], tokens=np.add.reduceat(tokens[order], first))
