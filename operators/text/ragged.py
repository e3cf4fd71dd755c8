"""Lists of unequal length, one per document, kept as flat arrays with the place where each document's part begins."""

import numpy as np

from corpusmill.operators.text.kernel import njit


def rows_kept(first: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """`first` (int64[n + 1]) of the rows where the boolean `mask` (n) is true."""
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(np.diff(first)[mask])))


def parts_kept(first: np.ndarray, mask: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The stretches of `values` that belong to the rows where `mask` is true, one after another."""
    kept = rows_kept(first, mask)
    out = np.empty(kept[-1], values.dtype)
    _copy(first, np.flatnonzero(mask), kept, values, out)
    return out


@njit(nogil=True, cache=True)
def _copy(first: np.ndarray, rows: np.ndarray, kept: np.ndarray, values: np.ndarray, out: np.ndarray) -> None:
    for k in range(len(rows)):
        begin = first[rows[k]]
        for i in range(kept[k + 1] - kept[k]):
            out[kept[k] + i] = values[begin + i]
