"""Vectors of documents out of their words, where there is no embedding: tf-idf, hashed into a few dimensions.

Source:   Weinberger et al. 2009, arXiv:0902.2206: each word adds to one dimension, with a sign of its own, so that the
          product of two documents is that of their tf-idf vectors in the mean.
"""

import math
from collections.abc import Sequence

import numpy as np

from corpusmill.operators.text.kernel import njit

BUCKETS = 1 << 16  # of words with one idf
MOST_TIMES = 255  # a word that is there more often counts as this


def idf_of(documents: Sequence[np.ndarray]) -> np.ndarray:
    """float64[BUCKETS]: log((1 + N) / (1 + df)) of N documents, each an array of hashes of words (uint32)."""
    holders = np.zeros(BUCKETS, np.int64)
    for words in documents:
        holders[np.unique(words & np.uint32(BUCKETS - 1))] += 1
    logs = {df: math.log((1 + len(documents)) / (1 + df)) for df in np.unique(holders).tolist()}
    values, places = np.unique(holders, return_inverse=True)
    return np.array([logs[df] for df in values.tolist()])[places]


def word_vectors(first: np.ndarray, words: np.ndarray, idf: np.ndarray, dimensions: int) -> np.ndarray:
    """float64[n, dimensions]: tf-idf of each document, words first[i] to first[i + 1] of `words` (hashes, uint32)."""
    out = np.zeros((len(first) - 1, dimensions))
    document = np.repeat(np.arange(len(first) - 1), np.diff(first))
    ordered = words[np.lexsort((words, document))]
    times = np.array([0.0, *(1 + math.log(n) for n in range(1, MOST_TIMES + 1))])
    _add(first, ordered, idf, times, out)
    return out


@njit(nogil=True, cache=True)
def _add(first: np.ndarray, words: np.ndarray, idf: np.ndarray, times: np.ndarray, out: np.ndarray) -> None:
    """Words of a document are sorted, so that the same words are added in the same order."""
    for i in range(len(out)):
        at = first[i]
        while at < first[i + 1]:
            word, count = words[at], 0
            while at < first[i + 1] and words[at] == word:
                at += 1
                count += 1
            mixed = np.uint32(word * np.uint32(0x9E3779B1))
            weight = times[min(count, len(times) - 1)] * idf[word & np.uint32(len(idf) - 1)]
            out[i, np.int64(mixed >> np.uint32(8)) % out.shape[1]] += weight if mixed & np.uint32(1) else -weight
