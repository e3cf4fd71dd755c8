"""Kernel that visits rows in survivor order; `operators.dedup.verify` says what it decides and why."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.dedup.evidence import REPEATED, SIGNED
from corpusmill.operators.text.kernel import njit

MOST_UNEQUAL = 0.99  # the most that the similarity of unequal texts is called: two digits of it never say 1.00
# Versions of a text repeat themselves in other places: at 1.0 pairs of cc-legalcode are lost, at 0.65 none of any gold
# set in tests/dedup; a text and the same text twice lie at 0.5.
OF_REPEATED = 0.65
# A changed word shows in both series, a changed sign in this alone. A guess; no pair of the gold sets is lost by it.
OF_SIGNED = 0.9
_REPEATED, _SIGNED = np.uint64(REPEATED << 62), np.uint64(SIGNED << 62)


class Rule(NamedTuple):
    """What decides beside the rows' thresholds: `max_comparisons` kept rows are looked at; the first `resolved` rows
    stay. Minima decide a pair whose estimate is more than `errors` standard errors from its threshold.
    """

    errors: float
    resolved: int
    max_comparisons: int


@njit(nogil=True, cache=True)
def jaccard_at_least(a: np.ndarray, b: np.ndarray, threshold: float) -> float:
    """Jaccard of two sorted arrays, with multiplicity where a value occurs more than once; a number below `threshold`
    as soon as it is out of reach.
    """
    n, m = len(a), len(b)
    if min(n, m) < threshold * max(n, m):
        return -1.0
    needed = int(threshold * (n + m) / (1.0 + threshold)) - 1  # one less: rounding must not decide
    i = j = both = 0
    while i < n and j < m:
        if a[i] == b[j]:
            both += 1
            i += 1
            j += 1
        else:
            if a[i] < b[j]:
                i += 1
            else:
                j += 1
            if both + min(n - i, m - j) < needed:
                return -1.0
    return both / (n + m - both) if n + m else 1.0


@njit(nogil=True, cache=True)
def similarity_at_least(a: np.ndarray, b: np.ndarray, threshold: float) -> float:
    """Similarity of two documents by their elements (`operators.dedup.evidence`), or a number below `threshold`.

    It is the Jaccard similarity of their sets of shingles. With repetitions it must be OF_REPEATED of the threshold;
    if both are code or tables, that of their shingles with signs must be OF_SIGNED of it, and counts where it is
    smaller (as the threshold, where it is below).
    """
    a0, b0 = np.searchsorted(a, _REPEATED), np.searchsorted(b, _REPEATED)
    least = jaccard_at_least(a[:a0], b[:b0], threshold)
    if least < threshold or (a0 == len(a) and b0 == len(b)):
        return least
    a1, b1 = np.searchsorted(a, _SIGNED), np.searchsorted(b, _SIGNED)
    repeated = OF_REPEATED * threshold
    if (a0 < a1 or b0 < b1) and jaccard_at_least(a[:a1], b[:b1], repeated) < repeated:
        return -1.0
    if a1 < len(a) and b1 < len(b):
        signed = jaccard_at_least(a[a1:], b[b1:], OF_SIGNED * threshold)
        if signed < OF_SIGNED * threshold:
            return -1.0
        least = min(least, max(signed, threshold))
    return least


@njit(nogil=True, cache=True)
def visit(
    buckets: np.ndarray,
    bucket_count: int,
    starts: np.ndarray,
    counts: np.ndarray,
    shingles: np.ndarray,
    minima: np.ndarray,
    texts: np.ndarray,
    thresholds: np.ndarray,
    rule: Rule,
    survivor: np.ndarray,
    similarity: np.ndarray,
    band: np.ndarray,
    unread: np.ndarray,
) -> tuple[int, int]:
    """Kept rows of each bucket form a list in survivor order; a row walks the lists of its buckets as one."""
    n, width = buckets.shape
    resolved = rule.resolved
    head = np.full(bucket_count, -1, np.int64)
    tail = np.full(bucket_count, -1, np.int64)
    entry_row = np.empty((buckets >= 0).sum(), np.int64)
    entry_next = np.empty(len(entry_row), np.int64)
    entries = comparisons = cut_short = 0
    at = np.empty(width, np.int64)
    for row in range(n):
        for j in range(width):
            at[j] = head[buckets[row, j]] if buckets[row, j] >= 0 else -1
        k = minima.shape[1]
        tried = 0
        while row >= resolved:
            other, shared = n, -1
            for j in range(width):
                if at[j] >= 0 and entry_row[at[j]] < other:
                    other, shared = entry_row[at[j]], j
            if shared < 0:
                break
            if tried == rule.max_comparisons:
                cut_short += 1
                break
            tried += 1
            threshold = max(thresholds[row], thresholds[other])
            most_unequal = max(MOST_UNEQUAL, threshold) if threshold < 1.0 else MOST_UNEQUAL
            equal = accept = reject = 0
            if k > 0:
                error = rule.errors * np.sqrt(threshold * (1.0 - threshold) / k)
                accept = int(np.ceil((threshold + error) * k))
                reject = int(np.floor((threshold - error) * k))
                for i in range(k):
                    equal += minima[row, i] == minima[other, i]
            if k > 0 and (equal >= accept or equal <= reject):
                alike = equal / k if equal >= accept else -1.0
            elif counts[row] < 0 or counts[other] < 0:
                alike = -1.0
                unread[row] |= counts[row] < 0
                unread[other] |= counts[other] < 0
            else:
                alike = similarity_at_least(
                    shingles[starts[row] : starts[row] + counts[row]],
                    shingles[starts[other] : starts[other] + counts[other]],
                    threshold,
                )
            if texts[row] != texts[other]:
                alike = min(alike, most_unequal)
            if alike >= threshold:
                survivor[row], similarity[row], band[row] = other, alike, shared
                break
            for j in range(width):
                if at[j] >= 0 and entry_row[at[j]] == other:
                    at[j] = entry_next[at[j]]
        comparisons += tried
        if survivor[row] >= 0:
            continue
        for j in range(width):
            bucket = buckets[row, j]
            if bucket >= 0:
                entry_row[entries], entry_next[entries] = row, -1
                if tail[bucket] >= 0:
                    entry_next[tail[bucket]] = entries
                else:
                    head[bucket] = entries
                tail[bucket] = entries
                entries += 1
    return comparisons, cut_short
