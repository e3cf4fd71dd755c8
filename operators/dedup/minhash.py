"""MinHash of documents over shingles of words: signatures, their bands, and the exact shingle sets for verification.

Source:   Broder 1997, "On the resemblance and containment of documents"; bands of rows: Leskovec, Rajaraman, Ullman,
          "Mining of Massive Datasets", chapter 3. 14 bands of 8 rows over word 5-grams: Penedo et al. 2024 (FineWeb),
          arXiv:2406.17557.
Deviates: a permutation of x, the upper half of a shingle's hash, is a * x + b modulo 2^32 (a odd), not a prime field,
          and gives four minima (`operators.dedup.extremes`); a document of fewer words than a shingle is one shingle;
          without words it has no signature.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.dedup.extremes import extremes
from corpusmill.operators.dedup.permutations import ENDS, permutation_keys
from corpusmill.operators.text.hashing import finish, power, roll
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.word_hashes import WordHashes
from corpusmill.operators.text.words import Words

EMPTY = 0xFFFFFFFF
_EMPTY = np.uint32(EMPTY)
_HALF = np.uint64(32)
_BAND = np.uint64(0xA0761D6478BD642F)


@dataclass(frozen=True, kw_only=True, eq=False)
class Signatures:
    """`minima`: uint32[n, permutations]; `valid`: bool[n], false where a document has no words."""

    minima: np.ndarray
    valid: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Shingles:
    """Sorted, distinct 64-bit shingle hashes of n documents: document i has values[first[i]:first[i + 1]]."""

    first: np.ndarray
    values: np.ndarray


def signatures(
    words: Words | WordHashes, *, shingle_words: int = 5, permutations: int = 112, seed: int = 1
) -> Signatures:
    """So many minima of each document: the ends of its permuted shingles, see `operators.dedup.extremes`.

    permutations: how many minima; four share a multiplication, so those of fewer are not the first of those of more.
    The share of equal minima of two documents estimates the Jaccard similarity of their sets of shingles, with the
    standard error sqrt(j (1 - j) / permutations). The same words, parameters and seed give the same numbers everywhere.
    """
    _check(shingle_words=shingle_words, permutations=permutations)
    multiply, add = permutation_keys(permutations, seed)
    minima = np.full((len(words.first) - 1, permutations), _EMPTY, np.uint32)
    _minima(words.first, words.hash, shingle_words, multiply, add, minima)
    return Signatures(minima=minima, valid=words.counts > 0)


def shingles(words: Words | WordHashes, *, shingle_words: int = 5) -> Shingles:
    """What the signatures are estimates of: each document's set of shingle hashes."""
    _check(shingle_words=shingle_words)
    counts = words.counts
    room = np.where(counts > 0, np.maximum(counts - shingle_words + 1, 1), 0)
    values = np.empty(int(room.sum()), np.uint64)
    first = np.zeros(len(counts) + 1, np.int64)
    total = _distinct(words.first, words.hash, shingle_words, first, values)
    return Shingles(first=first, values=values[:total])


def bands(minima: np.ndarray, *, bands: int = 14, rows: int = 8) -> np.ndarray:
    """uint64[n, bands]: one key of each band of `rows` minima; the band's number is mixed into it.

    Two documents with the same key in a column agree in all rows of that band (but for a chance of 2^-64).
    """
    _check(bands=bands, rows=rows)
    if minima.shape[1] != bands * rows:
        raise ValueError(f"{bands} bands of {rows} rows need {bands * rows} permutations, not {minima.shape[1]}")
    keys = np.empty((len(minima), bands), np.uint64)
    _keys(minima, rows, keys)
    return keys


def _check(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, not {size}")


@njit(nogil=True, cache=True)
def _shingles_of(hashes: np.ndarray, begin: int, end: int, size: int, weight: np.uint64, out: np.ndarray) -> int:
    """Shingle hashes of the words begin to end into `out`, which has room for them; returns how many."""
    value, n = np.uint64(0), 0
    if end - begin < size:
        for i in range(begin, end):
            value = roll(value, hashes[i], np.uint64(0), weight)
        if end > begin:
            out[0], n = finish(value), 1
        return n
    for i in range(begin, end):
        value = roll(value, hashes[i], hashes[i - size] if i - begin >= size else np.uint64(0), weight)
        if i - begin >= size - 1:
            out[n] = finish(value)
            n += 1
    return n


@njit(nogil=True, cache=True)
def _halves_of(hashes: np.ndarray, begin: int, end: int, size: int, weight: np.uint64, out: np.ndarray) -> int:
    """Upper halves of the hashes of `_shingles_of`, which has the same loop; returns how many."""
    value, n = np.uint64(0), 0
    full = min(begin + size, end) - 1
    for i in range(begin, full):
        value = roll(value, hashes[np.uintp(i)], np.uint64(0), weight)
    leaves = np.uint64(0)
    for i in range(max(full, begin), end):
        value = roll(value, hashes[np.uintp(i)], leaves, weight)
        out[np.uintp(n)] = np.uint32(finish(value) >> _HALF)
        n += 1
        leaves = hashes[np.uintp(max(i - size + 1, begin))]
    return n


@njit(nogil=True, cache=True)
def _minima(
    first: np.ndarray, hashes: np.ndarray, size: int, multiply: np.ndarray, add: np.ndarray, minima: np.ndarray
) -> None:
    longest = 0
    for d in range(len(first) - 1):
        longest = max(longest, first[d + 1] - first[d])
    room, ends = np.empty(longest, np.uint32), np.empty(ENDS * len(multiply), np.uint32)
    weight = power(size)
    for d in range(len(first) - 1):
        count = _halves_of(hashes, first[d], first[d + 1], size, weight, room)
        if count == 0:
            continue
        extremes(room, count, multiply, add, minima.shape[1], ends)
        for j in range(minima.shape[1]):
            minima[d, j] = ends[j]


@njit(nogil=True, cache=True)
def _distinct(first: np.ndarray, hashes: np.ndarray, size: int, out_first: np.ndarray, values: np.ndarray) -> int:
    total, weight = 0, power(size)
    for d in range(len(first) - 1):
        n = _shingles_of(hashes, first[d], first[d + 1], size, weight, values[total:])
        part = np.sort(values[total : total + n])
        for k in range(n):
            if k == 0 or part[k] != part[k - 1]:
                values[total] = part[k]
                total += 1
        out_first[d + 1] = total
    return total


@njit(nogil=True, cache=True)
def _keys(minima: np.ndarray, rows: int, keys: np.ndarray) -> None:
    for d in range(keys.shape[0]):
        for band in range(keys.shape[1]):
            value = finish(np.uint64(band + 1) * _BAND)
            for r in range(band * rows, band * rows + rows):
                value = finish(value ^ np.uint64(minima[d, r]))
            keys[d, band] = value
