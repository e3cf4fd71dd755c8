"""Candidate edges from buckets: documents that share a band key, as a star around the first of them.

A bucket of n documents gives n - 1 edges, whatever n is: components need no more, and which pairs of a bucket are truly
alike is decided later, inside the component.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, eq=False)
class Edges:
    """Undirected edges between documents, int64[n] each, low < high."""

    low: np.ndarray
    high: np.ndarray

    def __len__(self) -> int:
        return len(self.low)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stars:
    """What one partition of band keys gives: edges, and the size of its largest bucket in documents (0 when empty)."""

    edges: Edges
    largest_bucket: int


def star_edges(keys: np.ndarray, docs: np.ndarray, *, least: int = 0) -> Stars:
    """Edges from each bucket's smallest document to its others.

    keys: uint64[n] sorted; docs: int64[n], sorted among equal keys. A document twice in a bucket gives no edge
    to itself. least: buckets whose documents are all smaller give no edges.
    """
    if len(keys) == 0:
        return Stars(edges=Edges(low=np.empty(0, np.int64), high=np.empty(0, np.int64)), largest_bucket=0)
    opens = np.concatenate((np.ones(1, np.bool_), keys[1:] != keys[:-1]))
    starts = np.flatnonzero(opens)
    sizes = np.diff(np.append(starts, len(keys)))
    centre = np.repeat(docs[starts], sizes)
    last = docs[starts + sizes - 1]
    leaves = (centre != docs) & np.repeat(last >= least, sizes)
    return Stars(edges=Edges(low=centre[leaves], high=docs[leaves]), largest_bucket=int(sizes.max()))
