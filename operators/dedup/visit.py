"""Kernel that visits rows in survivor order; `operators.dedup.verify` says what it decides and why."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.dedup.evidence import REPEATED, SIGNED
from corpusmill.operators.text.borrow import borrowed
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


class Compared(NamedTuple):
    """Rows in survivor order. minima: uint32[n, k], k = 0 where there are none; the elements of row i are
    values[starts[i]:][:counts[i]], counts -1 where they were not read; texts: hashes; thresholds: float64.
    """

    minima: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    values: np.ndarray
    texts: np.ndarray
    thresholds: np.ndarray


class Found(NamedTuple):
    """What is filled. unread: rows whose elements a pair asked for in vain; the others: see verify.Verdicts."""

    survivor: np.ndarray
    similarity: np.ndarray
    band: np.ndarray
    unread: np.ndarray


class Lists(NamedTuple):
    """The kept rows of each bucket as a list in survivor order: entries with the row and the next entry, -1 at the end;
    at: of each bucket of a row, the entry looked at next.
    """

    head: np.ndarray
    tail: np.ndarray
    row: np.ndarray
    following: np.ndarray
    at: np.ndarray


def no_lists(buckets: np.ndarray) -> Lists:
    """Empty lists for these buckets: int64[n, width], numbers from 0 on, -1 for none."""
    count, entries = int(buckets.max(initial=-1)) + 1, int((buckets >= 0).sum())
    return Lists(
        head=np.full(count, -1, np.int64),
        tail=np.full(count, -1, np.int64),
        row=np.empty(entries, np.int64),
        following=np.empty(entries, np.int64),
        at=np.empty(buckets.shape[1], np.int64),
    )


@njit(nogil=True, cache=True)
def visit(buckets: np.ndarray, lists: Lists, rows: Compared, rule: Rule, found: Found) -> tuple[int, int]:
    """Kept rows of each bucket form a list in survivor order; a row walks the lists of its buckets as one.

    lists: empty ones, see `no_lists`. Gives the comparisons made, and the rows at which they were cut short.
    """
    lists, rows, found = borrowed(lists), borrowed(rows), borrowed(found)
    n, width = buckets.shape
    entries = comparisons = cut_short = 0
    for row in range(n):
        for j in range(width):
            lists.at[j] = lists.head[buckets[row, j]] if buckets[row, j] >= 0 else -1
        tried = 0
        while row >= rule.resolved:
            other, shared = _next_row(lists, n)
            if shared < 0:
                break
            if tried == rule.max_comparisons:
                cut_short += 1
                break
            tried += 1
            alike, threshold = _compare(rows, rule, found, row, other)
            if alike >= threshold:
                found.survivor[row], found.similarity[row], found.band[row] = other, alike, shared
                break
            for j in range(width):
                if lists.at[j] >= 0 and lists.row[lists.at[j]] == other:
                    lists.at[j] = lists.following[lists.at[j]]
        comparisons += tried
        if found.survivor[row] < 0:
            entries = _keep(lists, buckets, row, entries)
    return comparisons, cut_short


@njit(nogil=True, cache=True)
def _next_row(lists: Lists, n: int) -> tuple[int, int]:
    """The first of the rows that the buckets' lists are at, and the first bucket with it; n and -1 at their end."""
    lists = borrowed(lists)
    other, shared = n, -1
    for j in range(len(lists.at)):
        if lists.at[j] >= 0 and lists.row[lists.at[j]] < other:
            other, shared = int(lists.row[lists.at[j]]), j
    return other, shared


@njit(nogil=True, cache=True)
def _keep(lists: Lists, buckets: np.ndarray, row: int, entries: int) -> int:
    """Append a row to the lists of its buckets; how many entries there are then."""
    lists = borrowed(lists)
    for j in range(buckets.shape[1]):
        bucket = buckets[row, j]
        if bucket >= 0:
            lists.row[entries], lists.following[entries] = row, -1
            if lists.tail[bucket] >= 0:
                lists.following[lists.tail[bucket]] = entries
            else:
                lists.head[bucket] = entries
            lists.tail[bucket] = entries
            entries += 1
    return entries


@njit(nogil=True, cache=True)
def _compare(rows: Compared, rule: Rule, found: Found, row: int, other: int) -> tuple[float, float]:
    """How alike two rows are, or a number below their threshold; and that threshold."""
    rows, found = borrowed(rows), borrowed(found)
    k = rows.minima.shape[1]
    threshold = max(rows.thresholds[row], rows.thresholds[other])
    equal = accept = reject = 0
    if k > 0:
        error = rule.errors * np.sqrt(threshold * (1.0 - threshold) / k)
        accept = int(np.ceil((threshold + error) * k))
        reject = int(np.floor((threshold - error) * k))
        for i in range(k):
            equal += rows.minima[row, i] == rows.minima[other, i]
    if k > 0 and (equal >= accept or equal <= reject):
        alike = equal / k if equal >= accept else -1.0
    elif rows.counts[row] < 0 or rows.counts[other] < 0:
        alike = -1.0
        found.unread[row] |= rows.counts[row] < 0
        found.unread[other] |= rows.counts[other] < 0
    else:
        alike = similarity_at_least(
            rows.values[rows.starts[row] : rows.starts[row] + rows.counts[row]],
            rows.values[rows.starts[other] : rows.starts[other] + rows.counts[other]],
            threshold,
        )
    if rows.texts[row] != rows.texts[other]:
        most_unequal = max(MOST_UNEQUAL, threshold) if threshold < 1.0 else MOST_UNEQUAL
        alike = min(alike, most_unequal)
    return alike, threshold
