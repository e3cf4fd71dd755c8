"""Shares of a whole, blank-proof: nothing out of nothing is 0."""

import numpy as np


def share(hits: float, of: float) -> float:
    """`hits / of`, and 0.0 when there is nothing to count.

    >>> share(1, 4), share(0, 0)
    (0.25, 0.0)
    """
    return hits / of if of else 0.0


def shares(hits: np.ndarray, of: np.ndarray) -> np.ndarray:
    """`share` of each pair of counts, divided as 64-bit and rounded once to float32: float32[n]."""
    return np.divide(hits, of, out=np.zeros(len(of), np.float64), where=of != 0).astype(np.float32)
