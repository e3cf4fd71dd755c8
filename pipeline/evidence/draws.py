"""Draws documents for samples by a hash of their number: the same ones wherever and however often a unit runs."""

import numpy as np


def draws(doc_ids: np.ndarray) -> np.ndarray:
    """A number in [0, 1) for each document: float64. doc_ids: int64.

    Source: the finaliser of SplitMix64, Steele et al. 2014, doi:10.1145/2714064.2660195.
    """
    x = doc_ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return (x >> np.uint64(11)).astype(np.float64) / 2.0**53
