"""Union-find over an array of parents, inside kernels: the root of each tree is its smallest member."""

import numpy as np

from corpusmill.operators.text.kernel import njit


@njit(nogil=True, cache=True)
def unite(parent: np.ndarray, a: int, b: int) -> None:
    """Joins the trees of a and b, halving the paths to their roots."""
    a, b = _root(parent, a), _root(parent, b)
    parent[max(a, b)] = min(a, b)


@njit(nogil=True, cache=True)
def settle(parent: np.ndarray) -> None:
    """Afterwards parent[i] is the root of i: a parent is smaller than its children, so it is settled before them."""
    for i in range(len(parent)):
        parent[i] = parent[parent[i]]


@njit(nogil=True, cache=True)
def _root(parent: np.ndarray, at: int) -> int:
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = parent[at]
    return at
