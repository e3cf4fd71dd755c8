"""Rows of one cluster partition joined by shared bands, however indirectly."""

import numpy as np

from corpusmill.operators.dedup.forest import settle, unite
from corpusmill.operators.dedup.verify import buckets_of
from corpusmill.operators.text.kernel import njit


def joined(bands: np.ndarray, resolved: int) -> np.ndarray:
    """int64[n]: for each row the first row it is joined with, itself where it is alone.

    bands: uint64[n, b]. The first `resolved` rows are old: a key that only old rows share joins nothing.
    """
    buckets = buckets_of(bands)
    if resolved and buckets.size:
        fresh = np.zeros(int(buckets.max(initial=-1)) + 2, np.bool_)
        fresh[buckets[resolved:]] = True
        fresh[-1] = False
        buckets = np.where(fresh[buckets], buckets, -1)
    first = np.arange(len(bands))
    _join(buckets, int(buckets.max(initial=-1)) + 1, first)
    return first


@njit(nogil=True, cache=True)
def _join(buckets: np.ndarray, bucket_count: int, parent: np.ndarray) -> None:
    """`parent` begins as each row itself and ends as the first row of each component."""
    n, width = buckets.shape
    first = np.full(bucket_count, -1, np.int64)
    for row in range(n):
        for j in range(width):
            bucket = buckets[row, j]
            if bucket < 0:
                continue
            if first[bucket] < 0:
                first[bucket] = row
            unite(parent, int(first[bucket]), row)
    settle(parent)
