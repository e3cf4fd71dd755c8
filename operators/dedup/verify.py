"""Removal inside a cluster: a document goes only if it is alike enough to one document that stays before it.

Chains of likeness therefore delete nothing that resembles no kept document. Documents are visited in survivor order;
each is compared with kept ones that share a band with it, at most `max_comparisons` of them, earliest first.

Source:   the rule answers marin's finding (2025) that removing all but one of each connected component deleted whole
          sources; Jaccard similarity: Broder 1997.
"""

from dataclasses import dataclass, replace

import numpy as np

from corpusmill.operators.dedup.visit import Compared, Found, Rule, no_lists, visit

KEPT = -1
UNREAD = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdicts:
    """Of n rows: `survivor` int64, the row whose copy this is, or KEPT; `similarity` float32, NaN where unknown or
    kept; `band` int16, the first band shared with the survivor, or -1; `comparisons` made; rows `cut_short`
    by the bound.
    """

    survivor: np.ndarray
    similarity: np.ndarray
    band: np.ndarray
    comparisons: int
    cut_short: int


def buckets_of(bands: np.ndarray) -> np.ndarray:
    """int64[n, b] small numbers for uint64[n, b] band keys: equal keys, equal numbers; -1 for keys that occur once."""
    _, inverse, counts = np.unique(bands, return_inverse=True, return_counts=True)
    shared = counts > 1
    numbers = np.where(shared, np.cumsum(shared) - 1, -1)
    return numbers[inverse].reshape(bands.shape)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sets:
    """What n documents are compared by (`operators.dedup.evidence`): i has values[starts[i]:starts[i] + counts[i]].

    starts, counts: int64[n]; a count of UNREAD: the set was not fetched.
    """

    starts: np.ndarray
    counts: np.ndarray
    values: np.ndarray

    def take(self, rows: np.ndarray) -> "Sets":
        return Sets(starts=self.starts[rows], counts=self.counts[rows], values=self.values)


def verify_by_sets(
    bands: np.ndarray, sets: Sets, texts: np.ndarray, thresholds: np.ndarray, *, resolved: int, max_comparisons: int
) -> Verdicts:
    """Exact: a row goes iff its similarity with a kept row that shares a band is at least the threshold of both.

    bands: uint64[n, b], rows in survivor order; texts: uint64[n], equal for equal texts: the similarity of others is
    below 1; thresholds: float64[n]; resolved: this many rows at the beginning stay, whatever they resemble.
    """
    minima = np.empty((len(bands), 0), np.uint32)
    found = _verify(bands, sets, minima, texts, thresholds, Rule(0.0, resolved, max_comparisons))
    assert not found.unread.any()
    return found.verdicts


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimated:
    """`verdicts`, which hold if no row is `unread` (bool[n]): its set must be fetched, the estimate left it open."""

    verdicts: Verdicts
    unread: np.ndarray


def verify_by_estimate(
    bands: np.ndarray,
    minima: np.ndarray,
    sets: Sets,
    texts: np.ndarray,
    thresholds: np.ndarray,
    *,
    resolved: int,
    max_comparisons: int,
) -> Estimated:
    """As `verify_by_sets`, but pairs more than two standard errors from the threshold are decided by their signatures.

    minima: uint32[n, k]. The standard error at the threshold t is sqrt(t (1 - t) / k); `similarity` of a pair that was
    decided so is the share of equal minima, which know neither signs nor repetitions.
    """
    return _verify(bands, sets, minima, texts, thresholds, Rule(2.0, resolved, max_comparisons))


def _verify(
    bands: np.ndarray, sets: Sets, minima: np.ndarray, texts: np.ndarray, thresholds: np.ndarray, rule: Rule
) -> Estimated:
    buckets = buckets_of(bands)
    verdict = _empty(len(bands))
    unread = np.zeros(len(bands), np.bool_)
    comparisons, cut_short = visit(
        buckets,
        no_lists(buckets),
        Compared(minima, sets.starts, sets.counts, sets.values, texts, thresholds),
        rule,
        Found(verdict.survivor, verdict.similarity, verdict.band, unread),
    )
    return Estimated(verdicts=replace(verdict, comparisons=comparisons, cut_short=cut_short), unread=unread)


def _empty(n: int) -> Verdicts:
    return Verdicts(
        survivor=np.full(n, KEPT, np.int64),
        similarity=np.full(n, np.nan, np.float32),
        band=np.full(n, -1, np.int16),
        comparisons=0,
        cut_short=0,
    )


def jaccard(one: set[int], other: set[int]) -> float:
    """Size of the intersection by size of the union; two empty sets are alike.

    >>> jaccard({1, 2, 3}, {2, 3, 4})
    0.5
    """
    union = len(one | other)
    return len(one & other) / union if union else 1.0
