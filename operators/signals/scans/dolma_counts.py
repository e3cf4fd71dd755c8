"""Kernels of signals.dolma."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.membership import slot_of
from corpusmill.operators.text.repeats import longest_of, slot_for, table_bits
from corpusmill.operators.text.unicode_table import ALPHA, MARK

ALPHABETIC, MARKED, REQUIRED = range(3)
_HASH, _STAR, _DASH = 35, 42, 45


class WordArrays(NamedTuple):
    """Arrays of words.Words that are needed here."""

    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray
    kinds: np.ndarray
    hash: np.ndarray


@njit(nogil=True, cache=True)
def count_words(
    data: np.ndarray, offsets: np.ndarray, words: WordArrays, begin: np.ndarray, slots: np.ndarray, out: np.ndarray
) -> None:
    """int64[3, n]: words with a letter; with a hash sign or an ellipsis character; of the set 0 of `slots`."""
    first, start, size_bytes, kinds, hashes = words
    for d in range(len(first) - 1):
        for i in range(first[d], first[d + 1]):
            out[ALPHABETIC, d] += int((kinds[i] & ALPHA) != 0)
            out[REQUIRED, d] += int(slot_of(begin, slots, 0, hashes[i]) >= 0)
            if kinds[i] & MARK:
                at = offsets[d] + start[i]
                marked = False
                for p in range(at, at + size_bytes[i]):
                    marked |= data[p] == _HASH
                    marked |= data[p] == 0xA6 and p >= at + 2 and data[p - 1] == 0x80 and data[p - 2] == 0xE2
                out[MARKED, d] += int(marked)


@njit(nogil=True, cache=True)
def medians(first: np.ndarray, chars: np.ndarray, out: np.ndarray) -> None:
    """The median of each document's `chars` into float64[n]; of an even number, the mean of the two in the middle."""
    longest = 0
    for i in range(len(chars)):
        longest = max(longest, chars[i])
    tally = np.zeros(longest + 1, np.int64)
    for d in range(len(out)):
        n, most = first[d + 1] - first[d], 0
        for i in range(first[d], first[d + 1]):
            tally[chars[i]] += 1
            most = max(most, chars[i])
        low, seen = 0, tally[0]
        while seen < (n + 1) // 2:
            low += 1
            seen += tally[low]
        high = low
        while seen < n // 2 + 1 and high < most:
            high += 1
            seen += tally[high]
        out[d] = (low + high) / 2
        tally[: most + 1] = 0


@njit(nogil=True, cache=True)
def count_copies(first: np.ndarray, hashes: np.ndarray, chars: np.ndarray, out: np.ndarray) -> None:
    """int64[2, n]: parts that occur more than once, every occurrence counted, and their characters."""
    longest = longest_of(first)
    table = np.zeros(1 << table_bits(longest), np.uint64)
    counts, slots = np.zeros(len(table), np.int64), np.zeros(longest, np.int64)
    for d in range(out.shape[1]):
        begin, n = first[d], first[d + 1] - first[d]
        bits = table_bits(n)
        table[: 1 << bits] = np.uint64(0)
        for i in range(n):
            key = np.uint64(max(hashes[begin + i], np.uint64(1)))
            slot = slot_for(table, bits, key)
            counts[slot] = 1 if table[slot] != key else counts[slot] + 1
            table[slot] = key
            slots[i] = slot
        for i in range(n):
            if counts[slots[i]] > 1:
                out[0, d] += 1
                out[1, d] += chars[begin + i]


@njit(nogil=True, cache=True)
def bulleted(
    data: np.ndarray, offsets: np.ndarray, first: np.ndarray, start: np.ndarray, size_bytes: np.ndarray, out: np.ndarray
) -> None:
    """int64[n]: lines whose very first character is "*" or "-"."""
    for d in range(len(out)):
        for i in range(first[d], first[d + 1]):
            if size_bytes[i]:
                byte = data[offsets[d] + start[i]]
                out[d] += int(byte in (_STAR, _DASH))
