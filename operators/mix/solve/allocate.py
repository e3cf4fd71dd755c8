"""Shares a total out within bounds: clip(beta * wanted, lower, upper), then whole tokens by largest remainder.

Source: for one family it is the projection, in relative entropy, of the wanted shares onto box and total; with wanted
        shares all equal and upper = epochs * tokens it is UniMax (Chung et al. 2023, arXiv:2304.09151, algorithm 1).
"""

import numpy as np

STEPS = 300  # Newton, bisected where it leaves its bracket; ends far earlier


def allocate(
    demand: np.ndarray, lower: np.ndarray, upper: np.ndarray, parent: np.ndarray, totals: np.ndarray
) -> np.ndarray:
    """Whole tokens per node: lower <= tokens <= upper, and the children of parent p add up to totals[p] exactly.

    demand: >= 0, any scale; nodes that want 0 get their lower bound. parent: sorted. lower, upper, totals: int64 with
    sum(lower) <= total <= sum(upper) over each family (upper counting as lower where nothing is wanted).
    """
    upper = np.where(demand > 0, upper, lower)
    return round_off(scaled(demand, lower, upper, parent, totals), lower, upper, parent, totals)


def scaled(
    demand: np.ndarray, lower: np.ndarray, upper: np.ndarray, parent: np.ndarray, totals: np.ndarray
) -> np.ndarray:
    """clip(beta[parent] * wanted, lower, upper) as floats, beta such that families add up to their totals."""
    families = len(totals)
    low, high = np.zeros(families), np.zeros(families)
    some = demand > 0
    np.maximum.at(high, parent[some], upper[some] / demand[some])

    def total_of(values: np.ndarray) -> np.ndarray:
        return np.bincount(parent, weights=values, minlength=families)

    sums = total_of(demand)
    beta = np.minimum(np.divide(totals, sums, out=np.zeros(families), where=sums > 0), high)
    given = np.zeros(len(demand))
    for _ in range(STEPS):
        asked = beta[parent] * demand
        given = np.clip(asked, lower, upper)
        missing = totals - total_of(given)
        slope = total_of(np.where((asked >= lower) & (asked < upper), demand, 0.0))
        open_ = (np.abs(missing) > 1e-14 * totals) & (high > low)
        if not open_.any():
            break
        low = np.where(open_ & (missing > 0), beta, low)
        high = np.where(open_ & (missing < 0), beta, high)
        step = beta + np.divide(missing, slope, out=np.full(families, np.inf), where=slope > 0)
        middle = np.sqrt(np.maximum(low, high * 1e-20) * high)
        moved = np.where((step > low) & (step <= high), step, middle)
        if (moved[open_] == beta[open_]).all():
            break
        beta = np.where(open_, moved, beta)
    return given


def round_off(
    given: np.ndarray, lower: np.ndarray, upper: np.ndarray, parent: np.ndarray, totals: np.ndarray
) -> np.ndarray:
    """Largest remainder within each family, ties to the first; sums and bounds exact."""
    tokens = np.clip(np.floor(given).astype(np.int64), lower, upper)
    remainder = given - tokens
    for _ in range(64):
        missing = totals - np.bincount(parent, weights=tokens, minlength=len(totals)).astype(np.int64)
        if not missing.any():
            return tokens
        up = missing[parent] > 0
        room = np.where(up, upper - tokens, tokens - lower)
        key = np.where(up, -remainder, remainder)
        rows = np.flatnonzero((missing[parent] != 0) & (room > 0))
        rows = rows[np.lexsort((rows, key[rows], parent[rows]))]
        count = np.bincount(parent[rows], minlength=len(totals))
        rank = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        owed = np.abs(missing)[parent[rows]]
        size = count[parent[rows]]
        share = np.minimum(room[rows], owed // size + (rank < owed % size))
        tokens[rows] += np.where(up[rows], share, -share)
        remainder[rows] -= np.where(up[rows], share, -share)
    raise AssertionError("bounds of a family do not admit its total")
