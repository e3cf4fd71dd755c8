"""What occurs again inside a document: parts (lines, paragraphs) and runs of n words."""

import numpy as np

from corpusmill.operators.text.hashing import BASE, SPREAD
from corpusmill.operators.text.kernel import njit

_BASE, _SPREAD = np.uint64(BASE), np.uint64(SPREAD)
_ONE, _ZERO = np.uint64(1), np.uint64(0)


def repeated_parts(first: np.ndarray, hashes: np.ndarray, chars: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """int64[2, n]: of the parts that are `counted`, how many have stood in the document before, and their characters.

    >>> repeated_parts(np.array([0, 3]), np.array([7, 9, 7], np.uint64), np.array([1, 1, 1]), np.ones(3, bool)).tolist()
    [[1], [1]]
    """
    out = np.zeros((2, len(first) - 1), np.int64)
    _repeated_parts(first, hashes, chars, counted, out)
    return out


@njit(nogil=True, cache=True)
def table_bits(entries: int) -> int:
    """log2 of the slots of a table for so many entries: at least two slots an entry, at least 16."""
    bits = 4
    while (1 << bits) < 2 * entries:
        bits += 1
    return bits


@njit(nogil=True, cache=True)
def slot_for(table: np.ndarray, bits: int, key: np.uint64) -> np.int64:
    """The slot of `key` (not 0) in an open-addressed table, or the empty slot (0) where it belongs."""
    mask = (1 << bits) - 1
    at = np.int64((key * _SPREAD) >> np.uint64(64 - bits))
    while table[at] != _ZERO and table[at] != key:
        at = (at + 1) & mask
    return at


@njit(nogil=True, cache=True)
def longest_of(first: np.ndarray) -> int:
    """The largest number of parts any document has."""
    longest = 0
    for d in range(len(first) - 1):
        longest = max(longest, first[d + 1] - first[d])
    return longest


@njit(nogil=True, cache=True)
def _repeated_parts(
    first: np.ndarray, hashes: np.ndarray, chars: np.ndarray, counted: np.ndarray, out: np.ndarray
) -> None:
    table = np.zeros(1 << table_bits(longest_of(first)), np.uint64)
    for d in range(out.shape[1]):
        bits = table_bits(first[d + 1] - first[d])
        table[: 1 << bits] = _ZERO
        for i in range(first[d], first[d + 1]):
            if counted[i]:
                key = max(hashes[i], _ONE)
                at = slot_for(table, bits, key)
                if table[at] == key:
                    out[0, d] += 1
                    out[1, d] += chars[i]
                table[at] = key
