"""Kernel: the entropy of the words of each document."""

import math
from collections import Counter

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.repeats import longest_of, slot_for, table_bits


def entropy(words: list[str]) -> float:
    """Entropy of the distribution of words, in nats; 0.0 for no words. Summed in the order of first appearance.

    >>> entropy("a b a b".split()) == math.log(2)
    True
    """
    total = 0.0
    for count in Counter(words).values():
        part = count / len(words)
        total -= part * math.log(part)
    return total


@njit(nogil=True, cache=True)
def entropies(first: np.ndarray, hashes: np.ndarray, out: np.ndarray) -> None:
    """`entropy` of each document into float64[n], from the hashes of its words."""
    longest = longest_of(first)
    table = np.zeros(1 << table_bits(longest), np.uint64)
    counts, slots = np.zeros(len(table), np.int64), np.zeros(longest, np.int64)
    for d in range(len(out)):
        begin, n = first[d], first[d + 1] - first[d]
        bits = table_bits(n)
        table[: 1 << bits] = np.uint64(0)
        for i in range(n):
            key = np.uint64(max(hashes[begin + i], np.uint64(1)))
            slot = slot_for(table, bits, key)
            counts[slot] = 1 if table[slot] != key else counts[slot] + 1
            table[slot] = key
            slots[i] = slot
        total = 0.0
        for i in range(n):
            if counts[slots[i]]:
                part = counts[slots[i]] / n
                total -= part * math.log(part)
                counts[slots[i]] = 0
        out[d] = total
