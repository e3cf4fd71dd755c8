"""Kernel that visits rows in survivor order; `operators.dedup.verify` says what it decides and why."""

from typing import NamedTuple

import numpy as np
from numba import njit


class Rule(NamedTuple):
    """When a row goes: `threshold` of the Jaccard similarity with a kept row, of `max_comparisons` looked at.

    A pair with at least `accept` or at most `reject` equal minima is decided by them. The first `settled` rows stay.
    """

    accept: int
    reject: int
    settled: int
    threshold: float
    max_comparisons: int


@njit(nogil=True, cache=True)
def jaccard_at_least(a: np.ndarray, b: np.ndarray, threshold: float) -> float:
    """Jaccard of two sorted arrays of distinct values; a number below `threshold` as soon as it is out of reach."""
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
def visit(
    buckets: np.ndarray,
    bucket_count: int,
    starts: np.ndarray,
    counts: np.ndarray,
    shingles: np.ndarray,
    minima: np.ndarray,
    rule: Rule,
    survivor: np.ndarray,
    similarity: np.ndarray,
    band: np.ndarray,
    unread: np.ndarray,
) -> tuple[int, int]:
    """Kept rows of each bucket form a list in survivor order; a row walks the lists of its buckets as one."""
    n, width = buckets.shape
    accept, reject, settled, threshold = rule.accept, rule.reject, rule.settled, rule.threshold
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
        while row >= settled:
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
            equal = reject + 1
            if k > 0:
                equal = 0
                for i in range(k):
                    equal += minima[row, i] == minima[other, i]
            if k > 0 and (equal >= accept or equal <= reject):
                alike = equal / k if equal >= accept else -1.0
            elif counts[row] < 0 or counts[other] < 0:
                alike = -1.0
                unread[row] |= counts[row] < 0
                unread[other] |= counts[other] < 0
            else:
                alike = jaccard_at_least(
                    shingles[starts[row] : starts[row] + counts[row]],
                    shingles[starts[other] : starts[other] + counts[other]],
                    threshold,
                )
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
