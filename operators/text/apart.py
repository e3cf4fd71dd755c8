"""Finds in groups of vectors those that are near to a better one which stays."""

import numpy as np

from corpusmill.operators.text.vectors import cosines

ROWS_AT_ONCE = 256  # compared with all that stay by one product of matrices, and then with each other
STAYING_AT_ONCE = 16_384


def nearer_ones(points: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """For each row the row that it gives way to (int64, -1: it stays), and their cosine (float32).

    points: of `vectors.rounded`, the best first. A row gives way to the best of those that stay whose cosine with it is
    at least `threshold`.
    """
    row, similarity = np.full(len(points), -1, np.int64), np.zeros(len(points), np.float32)
    staying = np.zeros(0, np.int64)
    for begin in range(0, len(points), ROWS_AT_ONCE):
        mine = np.arange(begin, min(begin + ROWS_AT_ONCE, len(points)))
        for low in range(0, len(staying), STAYING_AT_ONCE):
            _give_way(points, mine, staying[low : low + STAYING_AT_ONCE], threshold, row, similarity)
        found = cosines(points[mine], points[mine])
        for at, one in enumerate(mine.tolist()):
            if row[one] < 0:
                better = np.flatnonzero((found[at, :at] >= threshold) & (row[mine[:at]] < 0))
                if len(better):
                    row[one], similarity[one] = mine[better[0]], found[at, better[0]]
        staying = np.concatenate((staying, mine[row[mine] < 0]))
    return row, similarity


def _give_way(
    points: np.ndarray, mine: np.ndarray, staying: np.ndarray, threshold: float, row: np.ndarray, similarity: np.ndarray
) -> None:
    """Compare rows that have not given way yet with some that stay."""
    open_ = mine[row[mine] < 0]
    found = cosines(points[open_], points[staying])
    near = found >= threshold
    first = np.argmax(near, axis=1)
    goes = near[np.arange(len(open_)), first]
    row[open_[goes]] = staying[first[goes]]
    similarity[open_[goes]] = found[goes, first[goes]]
