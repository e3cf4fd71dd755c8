"""FNV-1a, the hash of names and words: once in plain Python for tables, once in Numba for pages. A faster one for bytes
that are compared within one page alone.

Source: Fowler, Noll, Vo, "FNV hash", 64-bit FNV-1a; offset basis and prime as published.
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.vectors import eight_bytes
from corpusmill.operators.text.kernel import njit

BASIS = np.uint64(0xCBF29CE484222325)
PRIME = np.uint64(0x100000001B3)
MIDDLE, UPPER = np.uint64(29), np.uint64(32)


def fnv1a(name: bytes, seed: int = 0) -> int:
    """64-bit FNV-1a of `name`, the basis xored with `seed`.

    >>> hex(fnv1a(b"a"))
    '0xaf63dc4c8601ec8c'
    """
    value = int(BASIS) ^ seed
    for byte in name:
        value = ((value ^ byte) * int(PRIME)) & 0xFFFFFFFFFFFFFFFF
    return value


def folded(value: int) -> int:
    """The 64 bits of a hash folded to 32."""
    return (value ^ (value >> 32)) & 0xFFFFFFFF


def hash_table(names: dict[bytes, int], slots: int) -> tuple[np.ndarray, np.ndarray]:
    """Open addressing on `fnv1a(name)`: keys (0 = free) and values; `slots` is a power of two above len(names)."""
    keys = np.zeros(slots, np.uint64)
    values = np.zeros(slots, np.int64)
    for name, value in names.items():
        key = fnv1a(name)
        slot = folded(key) & (slots - 1)
        while keys[slot]:
            slot = (slot + 1) & (slots - 1)
        keys[slot], values[slot] = key, value
    return keys, values


@njit(cache=True, nogil=True, forceinline=True)
def fold32(value: Int) -> Int:
    """`folded` in Numba."""
    return np.uint32((value ^ (value >> np.uint64(32))) & np.uint64(0xFFFFFFFF))


@njit(cache=True, nogil=True)
def find_slot(keys: np.ndarray, key: Int) -> Int:
    """Slot of `key` in a `hash_table`, or -1."""
    mask = np.uint64(keys.shape[0] - 1)
    slot = np.int64((key ^ (key >> np.uint64(32))) & mask)
    while keys[slot]:
        if keys[slot] == key:
            return slot
        slot = (slot + 1) & np.int64(mask)
    return -1


@njit(cache=True, nogil=True)
def hash_value(src: np.ndarray, start: Int, end: Int) -> Int:
    """64 bits of a hash of src[start:end], eight bytes at a time: equal for equal bytes, and hardly for others."""
    h = BASIS ^ np.uint64(end - start)
    j = np.int64(start)
    while j + 8 <= end:
        h = (h ^ eight_bytes(src, j)) * PRIME
        h ^= h >> MIDDLE
        j += 8
    while j < end:
        h = (h ^ np.uint64(src[j])) * PRIME
        j += 1
    return (h ^ (h >> MIDDLE)) * PRIME


@njit(cache=True, nogil=True, forceinline=True)
def hash_bytes(src: np.ndarray, start: Int, end: Int) -> Int:
    """The upper 32 bits of `hash_value`."""
    return hash_value(src, start, end) >> UPPER
