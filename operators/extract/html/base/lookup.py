"""Weights learned for words: open addressing on 32-bit hashes."""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.text.kernel import njit

PROBES = 8
ONE = np.uint64(1)


@njit(cache=True, nogil=True, forceinline=True)
def weight_of(keys: np.ndarray, weights: np.ndarray, is_taken: np.ndarray, key: Int) -> Real:
    """The weight of a hash; 0.0 when it is not in the table within `PROBES` slots. is_taken: see `taken`.

    Most words have no weight, and the bits of all slots are few enough to be at hand; the slots are not.
    """
    mask = keys.shape[0] - 1
    slot = np.int64(key & np.uint32(mask))
    if not is_taken[slot >> 6] >> np.uint64(slot & 63) & ONE:
        return np.float32(0)
    for _ in range(PROBES):
        if keys[slot] == key:
            return weights[slot]
        if keys[slot] == 0:
            return np.float32(0)
        slot = (slot + 1) & mask
    return np.float32(0)


def weight_table(weights: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Keys (0 = free) and weights; a hash that finds no slot within `PROBES` is left out."""
    slots = 1024
    while slots < 3 * len(weights):
        slots *= 2
    keys, values = np.zeros(slots, np.uint32), np.zeros(slots, np.float32)
    for key, weight in sorted(weights.items()):
        for probe in range(PROBES):
            slot = ((key & (slots - 1)) + probe) & (slots - 1)
            if not keys[slot] and key:
                keys[slot], values[slot] = key, weight
                break
    return keys, values


def taken(keys: np.ndarray) -> np.ndarray:
    """uint64: which slots of a table are not free, as bits."""
    return np.packbits(np.pad(keys != 0, (0, -len(keys) % 64)), bitorder="little").view(np.uint64)
