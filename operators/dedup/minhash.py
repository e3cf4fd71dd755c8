"""MinHash of documents over shingles of words: signatures, their bands, and the exact shingle sets for verification.

Source:   Broder 1997, "On the resemblance and containment of documents"; multiply-shift hashing: Dietzfelbinger et al.
          1997; bands of rows: Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3. 14 bands of 8 rows
          over word 5-grams: Penedo et al. 2024 (FineWeb), arXiv:2406.17557.
Deviates: permutation j of a 64-bit shingle x is the upper half of a_j * x + b_j modulo 2^64 (a_j odd), not a prime
          field; a document of fewer words than a shingle is one shingle; without words it has no signature.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.dedup.permutations import permutation_keys
from corpusmill.operators.text.hashing import finish, power, roll
from corpusmill.operators.text.kernel import njit
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


def signatures(words: Words, *, shingle_words: int = 5, permutations: int = 112, seed: int = 1) -> Signatures:
    """The smallest permuted shingle of each document under each permutation.

    The share of equal minima of two documents estimates the Jaccard similarity of their sets of shingles, with the
    standard error sqrt(j (1 - j) / permutations). The same words, parameters and seed give the same numbers everywhere.
    """
    _check(shingle_words=shingle_words, permutations=permutations)
    multiply, add = permutation_keys(permutations, seed)
    minima = np.full((len(words.first) - 1, permutations), _EMPTY, np.uint32)
    _minima(words.first, words.hash, shingle_words, multiply, add, minima)
    return Signatures(minima=minima, valid=words.counts > 0)


def shingles(words: Words, *, shingle_words: int = 5) -> Shingles:
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
def _minima(
    first: np.ndarray, hashes: np.ndarray, size: int, multiply: np.ndarray, add: np.ndarray, minima: np.ndarray
) -> None:
    longest = 0
    for d in range(len(first) - 1):
        longest = max(longest, first[d + 1] - first[d])
    room = np.empty(longest, np.uint64)
    weight = power(size)
    for d in range(len(first) - 1):
        row = minima[d]
        k, count = 0, _shingles_of(hashes, first[d], first[d + 1], size, weight, room)
        while k + 4 <= count:  # four at a time: a row and its keys are read and written a quarter as often
            a, b, c, e = room[k], room[k + 1], room[k + 2], room[k + 3]
            for j in range(len(row)):
                m, plus = multiply[j], add[j]
                one = min(np.uint32((m * a + plus) >> _HALF), np.uint32((m * b + plus) >> _HALF))
                other = min(np.uint32((m * c + plus) >> _HALF), np.uint32((m * e + plus) >> _HALF))
                row[j] = min(row[j], min(one, other))
            k += 4
        for rest in range(k, count):
            shingle = room[rest]
            for j in range(len(row)):
                row[j] = min(row[j], np.uint32((multiply[j] * shingle + add[j]) >> _HALF))


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
