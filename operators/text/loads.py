"""Bytes as little-endian 64-bit numbers, inside kernels, whatever the machine's own order.

Places are made unsigned before they index an array: a signed one may be negative, and Numba's test for that keeps LLVM
from joining the loads. The same is done in every loop over bytes that should become vector code.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit


@njit(nogil=True, cache=True)
def load(data: np.ndarray, at: int) -> np.uint64:
    """Eight bytes from `at` on as one number."""
    place = np.uintp(at)
    return (
        np.uint64(data[place])
        | (np.uint64(data[place + np.uintp(1)]) << np.uint64(8))
        | (np.uint64(data[place + np.uintp(2)]) << np.uint64(16))
        | (np.uint64(data[place + np.uintp(3)]) << np.uint64(24))
        | (np.uint64(data[place + np.uintp(4)]) << np.uint64(32))
        | (np.uint64(data[place + np.uintp(5)]) << np.uint64(40))
        | (np.uint64(data[place + np.uintp(6)]) << np.uint64(48))
        | (np.uint64(data[place + np.uintp(7)]) << np.uint64(56))
    )


@njit(nogil=True, cache=True)
def load_part(data: np.ndarray, at: int, n: int) -> np.uint64:
    """The next n bytes (0 to 8) as one number."""
    value = np.uint64(0)
    for i in range(n):
        value |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return value
