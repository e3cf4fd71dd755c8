"""Which bands and rows to take for a threshold: what they find, what they propose in vain, what they cost.

Source: detection curve 1 - (1 - s^r)^b: Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3; search
        for the best b, r under a number of permutations: datasketch, MinHashLSH (its `_optimal_param`).
"""

from dataclasses import dataclass

import numpy as np

# CPU seconds a gigabyte of text for one minimum, and for words and shingles (measured here with other work on the
# machine; Chinese takes twice as much a minimum); bytes: a key and a doc_id for each band, four for each minimum.
CPU_S_A_MINIMUM = 0.005
CPU_S_FOR_SHINGLES = 3.5
PAIR_BYTES, MINIMUM_BYTES = 16, 4


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much a candidate below the threshold weighs, and a missed pair above it."""

    false_positive: float = 0.5
    false_negative: float = 0.5


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """What bands x rows do at a threshold.

    `found_at`: similarity -> probability that a pair of it shares a band; `found_above`, `found_below`: its mean over
    similarities from the threshold to 1, and from 0 to the threshold, each similarity as likely as any other;
    `half_at`: the similarity found half the time; `cpu_s_a_gb`, `bytes_a_document`: cost of signatures and band pairs.
    """

    bands: int
    rows: int
    threshold: float
    found_at: dict[float, float]
    found_above: float
    found_below: float
    half_at: float
    cpu_s_a_gb: float
    bytes_a_document: int


def detection(similarity: float, bands: int, rows: int) -> float:
    """Probability, 0 to 1, that two documents of this Jaccard similarity share at least one band.

    >>> round(detection(0.8, 14, 8), 3), detection(1.0, 14, 8)
    (0.924, 1.0)
    """
    return 1.0 - (1.0 - similarity**rows) ** bands


def tuning(bands: int, rows: int, threshold: float) -> Tuning:
    """Everything there is to say of `bands` x `rows` at `threshold` (0 to 1, both ends excluded)."""
    _check(threshold)
    if bands < 1 or rows < 1:
        raise ValueError(f"bands and rows must be at least 1, not {bands} and {rows}")
    permutations = bands * rows
    return Tuning(
        bands=bands,
        rows=rows,
        threshold=threshold,
        found_at={s: detection(s, bands, rows) for s in np.round(np.arange(0.3, 1.01, 0.05), 2).tolist()},
        found_above=_mean(threshold, 1.0, bands, rows),
        found_below=_mean(0.0, threshold, bands, rows),
        half_at=float((1.0 - 0.5 ** (1.0 / bands)) ** (1.0 / rows)),
        cpu_s_a_gb=CPU_S_FOR_SHINGLES + CPU_S_A_MINIMUM * permutations,
        bytes_a_document=PAIR_BYTES * bands + MINIMUM_BYTES * permutations,
    )


def best(threshold: float, permutations: int, weights: Weights) -> Tuning:
    """The bands and rows, of at most `permutations` in all, with the least weighted error over all similarities.

    Error: area under the curve below the threshold, and above the curve above it. Ties go to fewer bands, then rows.
    """
    _check(threshold)
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, not {permutations}")
    found: tuple[float, int, int] | None = None
    for bands in range(1, permutations + 1):
        for rows in range(1, permutations // bands + 1):
            below = threshold * _mean(0.0, threshold, bands, rows)
            missed = (1.0 - threshold) * (1.0 - _mean(threshold, 1.0, bands, rows))
            error = weights.false_positive * below + weights.false_negative * missed
            if found is None or error < found[0]:
                found = (error, bands, rows)
    assert found is not None
    return tuning(found[1], found[2], threshold)


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def _mean(low: float, high: float, bands: int, rows: int) -> float:
    """Mean of the curve from low to high, by Gauss-Legendre quadrature of 64 points."""
    s = low + (high - low) * (_NODES + 1.0) / 2.0
    return float(np.sum(_WEIGHTS * (1.0 - (1.0 - s**rows) ** bands)) / 2.0)


def _check(threshold: float) -> None:
    if not 0.0 < threshold < 1.0:
        raise ValueError(f"a threshold is between 0 and 1, got {threshold}")
