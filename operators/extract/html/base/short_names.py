"""Names of tags and attributes as numbers that are compared at once: up to 16 bytes, in lower case."""

import numpy as np

from corpusmill.operators.extract.html.base.hashing import PRIME
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import lowest
from corpusmill.operators.extract.html.base.vectors import eight_bytes
from corpusmill.operators.text.kernel import njit

LONGEST = 16
# Lowers A to Z; what else it changes becomes a control character or comes from one, which no name holds.
LOWER_CASE = np.uint64(0x2020202020202020)
LONG = np.uint64(1 << 63)  # set in numbers of more than 8 bytes, so that none is 0
SPREAD, FROM = np.uint64(0x9E3779B97F4A7C15), np.uint64(40)  # the middle of a product spreads names over a table
OTHER = np.uint64(1)  # a name that is longer, which none of ours is


def key_of_name(name: bytes) -> np.uint64:
    """`name_key` of a name in lower case."""
    low, high = (int.from_bytes(part, "little") for part in (name[:8], name[8:]))
    return np.uint64((low ^ high * int(PRIME)) & 0xFFFFFFFFFFFFFFFF | int(LONG) if high else low)


@njit(cache=True, nogil=True, forceinline=True)
def _eight(src: np.ndarray, first: Int, count: Int, n: Int) -> Int:
    """Up to 8 bytes from `first` on in lower case, zeros above them."""
    if first + 8 <= n:
        return (eight_bytes(src, first) | LOWER_CASE) & lowest(8 * count)
    found = np.uint64(0)
    for k in range(count):
        found |= np.uint64(src[first + k] | 32) << np.uint64(8 * k)
    return found


@njit(cache=True, nogil=True, forceinline=True)
def name_key(src: np.ndarray, first: Int, last: Int, n: Int) -> Int:
    """The number of the name src[first:last]; 0 for none, OTHER for one of more than LONGEST bytes."""
    count = last - first
    if count > LONGEST:
        return OTHER
    key = _eight(src, first, min(count, 8), n)
    return key if count <= 8 else (key ^ _eight(src, first + 8, count - 8, n) * PRIME) | LONG


def name_table(names: dict[bytes, int], slots: int) -> tuple[np.ndarray, np.ndarray]:
    """Open addressing on `key_of_name`: keys (0 = free) and values; `slots` is a power of two above len(names)."""
    keys, values = np.zeros(slots, np.uint64), np.zeros(slots, np.int64)
    for name, value in names.items():
        key = key_of_name(name)
        slot = int(key) * int(SPREAD) % 2**64 >> 40 & slots - 1
        while keys[slot]:
            slot = slot + 1 & slots - 1
        keys[slot], values[slot] = key, value
    return keys, values


@njit(cache=True, nogil=True, forceinline=True)
def value_of_name(keys: np.ndarray, values: np.ndarray, key: Int) -> Int:
    """The value of a `name_key` in a `name_table`, 0 when it is not in it."""
    mask = np.int64(keys.shape[0] - 1)
    slot = np.int64(key * SPREAD >> FROM) & mask
    while keys[slot]:
        if keys[slot] == key:
            return values[slot]
        slot = (slot + 1) & mask
    return np.int64(0)
