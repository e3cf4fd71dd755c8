"""SimHash of documents: 64 bits of which few differ between two texts that share most of their words.

Source: Charikar 2002, "Similarity estimation techniques from rounding algorithms"; three bits of 64 for web pages:
        Manku, Jain, Das Sarma 2007, "Detecting near-duplicates for web crawling".
Not a default: on texts under 50 words it is behind MinHash over words, see docs/decisions/0020-short-texts.md.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.words import Words

BITS = 64


def simhash_plain(hashes: list[int]) -> int:
    """Bit i is set where more of the 64-bit hashes have it than have not. No hashes: 0.

    >>> bin(simhash_plain([0b011, 0b110, 0b010]))
    '0b10'
    """
    return sum(1 << bit for bit in range(BITS) if 2 * sum(h >> bit & 1 for h in hashes) > len(hashes))


def simhashes(words: Words) -> np.ndarray:
    """uint64[n]: `simhash_plain` of each document's words, a word as often as it occurs; 0 without words."""
    out = np.zeros(len(words.first) - 1, np.uint64)
    _simhashes(words.first, words.hash, out)
    return out


def distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How many bits differ, 0 to 64, element by element."""
    return np.bitwise_count(one ^ other)


@njit(nogil=True, cache=True)
def _simhashes(first: np.ndarray, hashes: np.ndarray, out: np.ndarray) -> None:
    votes = np.empty(64, np.int64)
    for d in range(len(out)):
        votes[:] = 0
        for i in range(first[d], first[d + 1]):
            value = hashes[i]
            for bit in range(64):
                votes[bit] += np.int64((value >> np.uint64(bit)) & np.uint64(1))
        value = np.uint64(0)
        for bit in range(64):
            if 2 * votes[bit] > first[d + 1] - first[d]:
                value |= np.uint64(1) << np.uint64(bit)
        out[d] = value
