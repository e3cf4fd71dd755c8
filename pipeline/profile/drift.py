"""Measures how far two tables of counts differ: population stability index and Jensen-Shannon divergence.

Source:   PSI: Yurdakul 2018, "Statistical Properties of Population Stability Index" (with its bound on what chance
gives).
          JS: Lin 1991, "Divergence Measures Based on the Shannon Entropy".
Deviates: half a document is added to every group of both sides, so that an empty group gives no infinite value.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.pipeline.profile.count import DOMAIN, NONE, OTHERS, SIGNAL, TOTAL, WORDS, by, signals

GROUPS = 10  # of equal counts on the first side, as PSI is usually taken
OF_WORDS = (*WORDS, DOMAIN)


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How far one column of documents differs. of: a signal, or one of OF_WORDS.

    psi: 0 for the same shares; js: in bits, 0 to 1. middle: the bins that hold the medians, null for words.
    """

    of: str
    psi: float
    js: float
    middle: tuple[float | None, float | None] | None = None


def drifts(before: pa.Table, after: pa.Table) -> list[Drift]:
    """Every column that both sides have, the one that drifted most first. before, after: tables of `count.COUNTS`."""
    found = [_of_words(of, before, after) for of in OF_WORDS]
    found += [_of_signal(name, before, after) for name in sorted({*signals(before)} & {*signals(after)})]
    return sorted((d for d in found if d is not None), key=lambda d: (-d.psi, d.of))


def documents(counts: pa.Table) -> int:
    """All documents of a table of counts."""
    return sum(number for number, _ in by(counts, TOTAL).values())


def psi(before: Sequence[int], after: Sequence[int]) -> float:
    """Population stability index of two lists of counts of the same groups.

    >>> round(psi([50, 50], [50, 50]), 4), round(psi([5000, 5000], [7000, 3000]), 2)
    (0.0, 0.17)
    """
    p, q = _shares(before), _shares(after)
    return float(((q - p) * np.log(q / p)).sum())


def js(before: Sequence[int], after: Sequence[int]) -> float:
    """Jensen-Shannon divergence, in bits.

    >>> round(js([10, 10], [10, 10]), 4), round(js([100_000, 0], [0, 100_000]), 2)
    (0.0, 1.0)
    """
    p, q = _shares(before), _shares(after)
    middle = (p + q) / 2
    return float((p * np.log2(p / middle)).sum() / 2 + (q * np.log2(q / middle)).sum() / 2)


def _shares(counts: Sequence[int]) -> np.ndarray:
    smoothed = np.asarray(counts, np.float64) + 0.5
    return smoothed / smoothed.sum()


def _of_words(of: str, before: pa.Table, after: pa.Table) -> Drift | None:
    old, new = _numbers(before, of), _numbers(after, of)
    if not old or not new:
        return None
    values = sorted({*old, *new})
    told = "site" if of == DOMAIN else of
    counts = [old.get(v, 0) for v in values], [new.get(v, 0) for v in values]
    if of == DOMAIN:
        counts = _large(*counts)
    return Drift(of=told, psi=psi(*counts), js=js(*counts))


def _large(old: Sequence[int], new: Sequence[int]) -> tuple[list[int], list[int]]:
    """The groups with at least one in a thousand on either side; the others together: single pages are no drift."""
    a, b = np.asarray(old), np.asarray(new)
    big = (a * 1000 >= a.sum()) | (b * 1000 >= b.sum())
    return [*a[big].tolist(), int(a[~big].sum())], [*b[big].tolist(), int(b[~big].sum())]


def _of_signal(name: str, before: pa.Table, after: pa.Table) -> Drift | None:
    old, new = _numbers(before, f"{SIGNAL}{name}"), _numbers(after, f"{SIGNAL}{name}")
    if not old or not new:
        return None
    edges = quantile_edges(old)
    counts = _grouped(old, edges), _grouped(new, edges)
    return Drift(of=name, psi=psi(*counts), js=js(*counts), middle=(median(old), median(new)))


def _numbers(counts: pa.Table, of: str) -> dict[str, int]:
    return {value: number for value, (number, _) in by(counts, of).items()}


def quantile_edges(counts: Mapping[str, int]) -> list[float]:
    """Where GROUPS groups of about equal counts begin, and where the last ends: what lies outside is two groups more.

    Fewer where one value has more than its group.

    >>> quantile_edges({"1": 50, "2": 50}), len(quantile_edges({str(i): 1 for i in range(100)}))
    ([1.0, 2.0, 2.0000000000000004], 11)
    """
    values = sorted((float(value), number) for value, number in counts.items() if value not in (NONE, OTHERS))
    total, passed, last, edges = sum(n for _, n in values), 0, -1, list[float]()
    for value, number in values:
        if (group := passed * GROUPS // total) > last:
            edges.append(value)
            last = group
        passed += number
    return [*edges, math.nextafter(values[-1][0], math.inf)] if values else []


def _grouped(counts: Mapping[str, int], edges: Sequence[float]) -> list[int]:
    """Counts of the groups between these edges and outside them, then of documents without a value."""
    found = [0] * (len(edges) + 2)
    for value, number in counts.items():
        found[-1 if value == NONE else int(np.searchsorted(edges, float(value), side="right"))] += number
    return found


def median(counts: Mapping[str, int]) -> float | None:
    """The beginning of the bin that holds the median; null where no document has a value.

    >>> median({"1": 3, "2": 1, "": 9})
    1.0
    """
    values = sorted((float(value), number) for value, number in counts.items() if value != NONE)
    half, passed = sum(n for _, n in values) / 2, 0
    for value, number in values:
        passed += number
        if passed >= half:
            return value
    return None
