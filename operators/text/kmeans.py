"""Finds clusters among vectors of whole numbers, and the nearest cluster of each: the same bits on every machine.

Source:   Lloyd 1982, doi:10.1109/TIT.1982.1056489. First centres by Arthur and Vassilvitskii 2007 (k-means++), section
          7: the best of a few candidates. By cosine, as in Abbas et al. 2023 (SemDeDup), arXiv:2303.09540.
"""

import numpy as np

from corpusmill.operators.text.vectors import cosines, rounded

ROUNDS = 30  # at most; the assignment mostly stands still before
ROWS_AT_ONCE = 8192  # of products with all centres


def centres_of(points: np.ndarray, count: int, seed: int) -> np.ndarray:
    """At most `count` centres, float32[k, d] as `rounded` gives them; fewer where fewer points differ.

    points: of `rounded`, each with a direction, in an order that decides between equals.
    """
    centres = _first_centres(points, count, np.random.PCG64(seed))
    before = np.zeros(0, np.int64)
    for _ in range(ROUNDS):
        labels, _ = nearest(points, centres)
        if np.array_equal(labels, before):
            break
        centres, before = _means(points, labels, centres), labels
    return centres


def nearest(points: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The centre of the largest cosine, int64[n], the first of equals, and that cosine, float32[n]."""
    labels, similarity = np.zeros(len(points), np.int64), np.zeros(len(points), np.float32)
    for begin in range(0, len(points), ROWS_AT_ONCE):
        part = slice(begin, begin + ROWS_AT_ONCE)
        found = cosines(points[part], centres)
        labels[part] = np.argmax(found, axis=1)
        similarity[part] = found[np.arange(len(found)), labels[part]]
    return labels, similarity


def _first_centres(points: np.ndarray, count: int, chance: np.random.PCG64) -> np.ndarray:
    """Each the best of a few that are drawn in proportion to their squared distance from those before.

    The best leaves the smallest sum of squared distances. All of these are whole numbers.
    """
    squares = np.einsum("nd,nd->n", points, points, dtype=np.float64).astype(np.int64)
    trials = 2 + (count - 1).bit_length() // 2
    distance, chosen = np.ones(len(points), np.int64), list[int]()
    while len(chosen) < count:
        sums = np.cumsum(distance)
        if not len(sums) or not sums[-1]:
            break
        drawn = [int(chance.random_raw()) % int(sums[-1]) for _ in range(trials)]
        tried = np.searchsorted(sums, np.array(drawn, np.int64), side="right")
        further = squares[:, None] + squares[tried] - 2 * (points @ points[tried].T).astype(np.int64)
        left = np.minimum(distance[:, None], further) if chosen else further
        best = int(np.argmin(left.sum(axis=0)))
        distance = left[:, best]
        chosen.append(int(tried[best]))
    return points[chosen]


def _means(points: np.ndarray, labels: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The direction of the sum of each cluster; a cluster without points keeps its centre."""
    order = np.argsort(labels, kind="stable")
    numbers, starts = np.unique(labels[order], return_index=True)
    sums = np.add.reduceat(points[order].astype(np.int32), starts, axis=0, dtype=np.int64)
    found, has = rounded(sums.astype(np.float64))
    out = centres.copy()
    out[numbers[has]] = found[has]
    return out
