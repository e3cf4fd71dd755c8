"""The random numbers behind MinHash: drawn from a seed by SplitMix64, so no library version can change them.

Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators" (the constants).
"""

import numpy as np

GROUP = 16  # permutations that the kernel takes at a time
ENDS = 4  # minima that each gives
_MASK = (1 << 64) - 1


def split_mix(state: int) -> int:
    """The number that SplitMix64 gives in state `state` (after its increment).

    >>> hex(split_mix(0x9E3779B97F4A7C15))
    '0xe220a8397b1dcdaf'
    """
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)


def permutation_keys(minima: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers (odd) and addends of the permutations that give at least so many minima, a multiple of GROUP.

    uint32 each: the upper halves of what is drawn. The first k of them are the same however many there are.

    >>> [len(keys) for keys in permutation_keys(112, 1)]
    [32, 32]
    """
    n = -(-minima // (ENDS * GROUP)) * GROUP
    drawn = [split_mix((seed + i * 0x9E3779B97F4A7C15) & _MASK) >> 32 for i in range(1, 2 * n + 1)]
    return np.array([x | 1 for x in drawn[::2]], np.uint32), np.array(drawn[1::2], np.uint32)
