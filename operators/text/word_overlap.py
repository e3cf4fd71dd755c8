"""Compares the words of two texts, and runs of words with each other, document by document."""

import numpy as np

from corpusmill.operators.text.hashing import BASE, finish, power
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.repeats import longest_of, slot_for, table_bits
from corpusmill.operators.text.words import Words

_BASE, _ONE, _ZERO = np.uint64(BASE), np.uint64(1), np.uint64(0)


def shared_words(of: Words, within: Words) -> np.ndarray:
    """int64[2, n]: the different words of each document of `of`, and how many of them stand in `within` too."""
    out = np.zeros((2, len(of.first) - 1), np.int64)
    _shared(of.first, of.hash, within.first, within.hash, out)
    return out


def repeated_runs(words: Words, size: int) -> np.ndarray:
    """int64[2, n]: the runs of `size` words of each document, and how many of them have stood in it before."""
    out = np.zeros((2, len(words.first) - 1), np.int64)
    _repeated(words.first, words.hash, size, out)
    return out


def sum_hashes(words: Words) -> np.ndarray:
    """One hash of all words of each document, in order (`hashing.run_hash`): uint64[n]."""
    out = np.zeros(len(words.first) - 1, np.uint64)
    _sum_hashes(words.first, words.hash, out)
    return out


@njit(nogil=True, cache=True)
def _sum_hashes(first: np.ndarray, hashes: np.ndarray, out: np.ndarray) -> None:
    for d in range(len(out)):
        value = _ZERO
        for i in range(first[d], first[d + 1]):
            value = value * _BASE + hashes[i]
        out[d] = finish(np.uint64(value))


@njit(nogil=True, cache=True)
def _shared(
    first: np.ndarray, hashes: np.ndarray, within: np.ndarray, within_hashes: np.ndarray, out: np.ndarray
) -> None:
    """A word of `within` is in the one table; a word of the document goes into the other when it is new."""
    room = table_bits(max(longest_of(first), longest_of(within)))
    there, seen = np.zeros(1 << room, np.uint64), np.zeros(1 << room, np.uint64)
    for d in range(out.shape[1]):
        there_bits = table_bits(within[d + 1] - within[d])
        seen_bits = table_bits(first[d + 1] - first[d])
        there[: 1 << there_bits], seen[: 1 << seen_bits] = _ZERO, _ZERO
        for i in range(within[d], within[d + 1]):
            key = max(within_hashes[i], _ONE)
            there[slot_for(there, there_bits, key)] = key
        for i in range(first[d], first[d + 1]):
            key = max(hashes[i], _ONE)
            at = slot_for(seen, seen_bits, key)
            if seen[at] != key:
                seen[at] = key
                out[0, d] += 1
                out[1, d] += there[slot_for(there, there_bits, key)] == key


@njit(nogil=True, cache=True)
def _repeated(first: np.ndarray, hashes: np.ndarray, size: int, out: np.ndarray) -> None:
    table = np.zeros(1 << table_bits(longest_of(first)), np.uint64)
    weight = power(size)
    for d in range(out.shape[1]):
        begin, n = first[d], first[d + 1] - first[d]
        bits = table_bits(n)
        table[: 1 << bits] = _ZERO
        value = _ZERO
        for i in range(n):
            value = value * _BASE + hashes[begin + i]
            if i >= size:
                value -= hashes[begin + i - size] * weight
            if i >= size - 1:
                key = max(finish(np.uint64(value)), _ONE)
                at = slot_for(table, bits, key)
                out[0, d] += 1
                out[1, d] += table[at] == key
                table[at] = key
