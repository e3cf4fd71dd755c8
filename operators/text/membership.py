"""Small sets of words per language, and which words of a document are in them: by hash, without strings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.hashing import word_hash
from corpusmill.operators.text.kernel import njit


@dataclass(frozen=True, kw_only=True, eq=False)
class WordSets:
    """Several sets of word hashes as open-addressed tables, one after another.

    Set s has `slots`[begin[s]:begin[s + 1]], a power of two, more than eight times its words, so that a word
    that is not in it meets an empty slot (0) at once.
    """

    begin: np.ndarray
    slots: np.ndarray


def word_sets(sets: Sequence[Sequence[str]]) -> WordSets:
    """Tables of the given sets of words, spelt as they stand in the text."""
    sizes = [1 << (8 * len(words)).bit_length() for words in sets]
    begin = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))))
    slots = np.zeros(int(begin[-1]), np.uint64)
    for s, words in enumerate(sets):
        for hashed in sorted({word_hash(word) for word in words}):
            at = hashed & (sizes[s] - 1)
            while slots[begin[s] + at]:
                at = (at + 1) & (sizes[s] - 1)
            slots[begin[s] + at] = hashed
    return WordSets(begin=begin, slots=slots)


@njit(nogil=True, cache=True)
def slot_of(begin: np.ndarray, slots: np.ndarray, which: int, hashed: np.uint64) -> int:
    """The slot (an index into `slots`) of a word hash in set `which`, or -1 when the set does not hold it."""
    base = begin[which]
    mask = begin[which + 1] - base - 1
    at = np.int64(hashed & np.uint64(mask))
    while slots[base + at] != 0:
        if slots[base + at] == hashed:
            return base + at
        at = (at + 1) & mask
    return -1


@njit(nogil=True, cache=True)
def distinct_members(
    first: np.ndarray, hashes: np.ndarray, which: np.ndarray, begin: np.ndarray, slots: np.ndarray, out: np.ndarray
) -> None:
    """For each document: how many different words of its set `which` (-1: no set, counts 0) it holds."""
    seen = np.full(len(slots), -1, np.int64)
    for d in range(len(out)):
        n = 0
        if which[d] >= 0:
            for i in range(first[d], first[d + 1]):
                slot = slot_of(begin, slots, which[d], hashes[i])
                if slot >= 0 and seen[slot] != d:
                    seen[slot] = d
                    n += 1
        out[d] = n
