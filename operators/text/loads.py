"""Bytes as little-endian 64-bit numbers, inside kernels, whatever the machine's own order."""

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def load(data: np.ndarray, at: int) -> np.uint64:
    """Eight bytes from `at` on as one number."""
    return (
        np.uint64(data[at])
        | (np.uint64(data[at + 1]) << np.uint64(8))
        | (np.uint64(data[at + 2]) << np.uint64(16))
        | (np.uint64(data[at + 3]) << np.uint64(24))
        | (np.uint64(data[at + 4]) << np.uint64(32))
        | (np.uint64(data[at + 5]) << np.uint64(40))
        | (np.uint64(data[at + 6]) << np.uint64(48))
        | (np.uint64(data[at + 7]) << np.uint64(56))
    )


@njit(nogil=True, cache=True)
def load_part(data: np.ndarray, at: int, n: int) -> np.uint64:
    """The next n bytes (0 to 8) as one number."""
    value = np.uint64(0)
    for i in range(n):
        value |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return value
