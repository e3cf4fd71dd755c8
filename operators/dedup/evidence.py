"""What two documents are compared by: shingles, their repetitions and, in code and tables, the signs between words.

A set of shingles does not say how often and in which order a document repeats itself, and words do not say `<` or `>`.
So each document has, beside the set, its repeated shingles; and code and tables have a second series over words as
they are written, in capitals or not, with the signs after them. In it repetitions are distinguished by as many words
before them as it takes, at most 64 shingles' worth. `operators.dedup.visit` says how they decide.

Source:   multisets of shingles: Broder 1997, "On the resemblance and containment of documents"; the rest is ours.
Deviates: SIGNS_A_WORD lies between pages of documentation (httpd-manual-versions and eips-versions: median 0.03 and
          0.05, 9 in 10 below 0.15) and source code (median 0.31 of our own, 0.87 of JavaScript); NUMBERS_A_WORD is a
          guess.
"""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.dedup.minhash import Shingles
from corpusmill.operators.text.buffers import TextBuffers
from corpusmill.operators.text.hashing import finish, fold, power
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.unicode_table import ALPHA
from corpusmill.operators.text.words import Words

FIRST, REPEATED, SIGNED = 0, 1, 2  # the upper two bits of an element
SIGNS_A_WORD, NUMBERS_A_WORD, REPETITIONS = 0.35, 0.5, 0.5  # from here on a document is code, or a table
_SIGNS = np.zeros(256, np.bool_)
_SIGNS[np.frombuffer(b"(){}<>=+\\&^%~$@;", np.uint8)] = True  # few in prose, lists and links
_ROUNDS, _WIDER = 4, 4  # windows of 1, 4, 16 and 64 shingles' words
_SPACE, _LINE = 32, 10
_REPEATED = np.uint64(REPEATED << 62)


class WordArrays(NamedTuple):
    """Arrays of words.Words, as the kernel takes them; `number`: bool, whether a word has no letter."""

    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray
    number: np.ndarray
    hash: np.ndarray


def elements(text: TextBuffers, words: Words, *, shingle_words: int) -> Shingles:
    """Sorted elements of each document: its distinct shingles (FIRST), each of their further occurrences (REPEATED),
    and those of words with signs (SIGNED) where there are SIGNS_A_WORD, or NUMBERS_A_WORD of the words are numbers, or
    REPETITIONS of the shingles are further occurrences.
    """
    room = int((2 * words.counts).sum())
    values, first = np.empty(room, np.uint64), np.zeros(len(words.counts) + 1, np.int64)
    arrays = WordArrays(words.first, words.start, words.size_bytes, words.kinds & ALPHA == 0, words.hash)
    total = _elements(text.data, text.offsets, arrays, shingle_words, first, values)
    return Shingles(first=first, values=values[:total])


@njit(nogil=True, cache=True)
def _is_sign(data: np.ndarray, at: int, end: int) -> bool:
    """Whether an arrow or a sign of mathematics beyond ASCII begins at `at`."""
    lead, second = data[at], (data[at + 1] if at + 1 < end else 0)
    if lead == 0xE2:  # U+2190 to U+21FF, U+2200 to U+22FF, U+2A00 to U+2AFF
        return bool(0x86 <= second <= 0x8B or 0xA8 <= second <= 0xAB)
    if lead == 0xC2:  # not, plus or minus
        return bool(second == 0xAC or second == 0xB1)
    return bool(lead == 0xC3 and (second == 0x97 or second == 0xB7))  # times, divided by


@njit(nogil=True, cache=True)
def _signed(
    data: np.ndarray, begin: int, end: int, starts: np.ndarray, sizes: np.ndarray, hashes: np.ndarray, out: np.ndarray
) -> int:
    """Hashes of the words of data[begin:end] with their capitals, and the signs and the line's end after each; returns
    how many of SIGNS there are. Signs before the first word belong to it too.
    """
    n, found = len(hashes), 0
    for i in range(-1, n):
        at = begin if i < 0 else begin + starts[i] + sizes[i]
        stop = begin + starts[i + 1] if i + 1 < n else end
        value, line = (np.uint64(0) if i < 0 else hashes[i]), False
        if i == 0:
            value ^= out[0]
        for k in range(begin + starts[i] if i >= 0 else at, at):
            if 65 <= data[k] <= 90:
                value = fold(fold(value, data[k]), (at - k) & 0xFF)
        for k in range(at, stop):
            byte = data[k]
            found += int(_SIGNS[byte] or (byte >= 0xC2 and _is_sign(data, k, stop)))
            line |= byte == _LINE
            if byte > _SPACE:
                value = fold(value, byte)
        if line and 0 <= i < n - 1:
            value = fold(value, _LINE)
        out[max(i, 0)] = value
    return found


@njit(nogil=True, cache=True)
def _is_new(table: np.ndarray, value: np.uint64) -> bool:
    """Puts a value into a table of a power of two places, of which one at least is free (0); false if it is there."""
    mask = np.uint64(len(table) - 1)
    at = value & mask
    while table[at] != 0:
        if table[at] == value:
            return False
        at = (at + np.uint64(1)) & mask
    table[at] = value
    return True


@njit(nogil=True, cache=True)
def _shingled(hashes: np.ndarray, size: int, first: int, repeated: int, rounds: int, out: np.ndarray) -> int:
    """Elements of these words into `out`, each with the bits `first` or `repeated` above; returns how many.

    rounds: how many widths of windows tell repetitions apart; after the last they are all the same.
    """
    n = len(hashes)
    before = np.zeros(n + 1, np.uint64)  # before[i]: the polynomial of the words up to i
    one = power(1)
    for i in range(n):
        before[i + 1] = before[i] * one + hashes[i]
    size = min(size, n)
    places = 4
    while places < 2 * n:
        places *= 2
    pending, total, window, bits = np.arange(size, n + 1), 0, size, np.uint64(first)
    for step in range(rounds):
        table = np.zeros(places, np.uint64)
        weight, again = power(window), 0
        for k in range(len(pending)):
            end = int(pending[k])
            value = before[end]
            if end > window:
                value -= before[end - window] * weight
            value = finish(value + np.uint64(step)) | np.uint64(1)
            new, above = _is_new(table, value), bits
            if not new and step < rounds - 1:
                pending[again] = end
                again += 1
                continue
            if not new:
                above = np.uint64(repeated)
            out[total] = (value >> np.uint64(2)) | (above << np.uint64(62))
            total += 1
        if again == 0:
            break
        pending, window, bits = pending[:again], window * _WIDER, np.uint64(repeated)
    out[:total].sort()
    return total


@njit(nogil=True, cache=True)
def _elements(
    data: np.ndarray, offsets: np.ndarray, words: WordArrays, size: int, out_first: np.ndarray, values: np.ndarray
) -> int:
    """Fill `values` with the elements of each document and `out_first` with their ends; how many there are."""
    word_first, starts, sizes, numbers, hashes = words
    total = 0
    for d in range(len(offsets) - 1):
        a, b = word_first[d], word_first[d + 1]
        if b > a:
            here = values[total:]
            count = _shingled(hashes[a:b], size, FIRST, REPEATED, 1, here)
            further = count - np.searchsorted(here[:count], _REPEATED)
            total += count
            signed = np.zeros(b - a, np.uint64)
            signs = _signed(data, offsets[d], offsets[d + 1], starts[a:b], sizes[a:b], hashes[a:b], signed)
            table = numbers[a:b].sum() >= NUMBERS_A_WORD * (b - a) or further >= REPETITIONS * count
            if table or signs >= SIGNS_A_WORD * (b - a):
                total += _shingled(signed, size, SIGNED, SIGNED, _ROUNDS, values[total:])
        out_first[d + 1] = total
    return total
