"""Kernels: the input rows of a token's character n-grams and of a text's word n-grams, and the sum of rows.

`plain.input_rows` is the specification; `rows_kernel` walks over a text and calls them.
"""

import numpy as np

from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.fasttext.plain import WORD_NGRAM_FACTOR
from corpusmill.operators.text.fasttext.vocabulary import FNV_BASIS, FNV_PRIME
from corpusmill.operators.text.fasttext.weights import Room, Weights
from corpusmill.operators.text.kernel import njit

BASIS = np.uint32(FNV_BASIS)
PRIME = np.uint32(FNV_PRIME)
FACTOR = np.uint64(WORD_NGRAM_FACTOR)


@njit(nogil=True, cache=True, forceinline=True)
def hashed(value: np.uint32, byte: int) -> np.uint32:
    """One step of the hash; bytes count as signed, as in fastText."""
    return np.uint32((value ^ np.uint32(np.int32(np.int8(byte)))) * PRIME)


@njit(nogil=True, cache=True)
def sum_rows(hidden: np.ndarray, inputs: np.ndarray, rows: np.ndarray, first: int, count: int) -> None:
    """hidden += the rows rows[first:first+count], one after another, four columns at a time."""
    width = hidden.shape[0]
    even = width - width % 4
    for k in range(0, even, 4):
        a, b, c, d = hidden[k], hidden[k + 1], hidden[k + 2], hidden[k + 3]
        for i in range(first, first + count):
            row = rows[i]
            a += inputs[row, k]
            b += inputs[row, k + 1]
            c += inputs[row, k + 2]
            d += inputs[row, k + 3]
        hidden[k], hidden[k + 1], hidden[k + 2], hidden[k + 3] = a, b, c, d
    for k in range(even, width):
        a = hidden[k]
        for i in range(first, first + count):
            a += inputs[rows[i], k]
        hidden[k] = a


@njit(nogil=True, cache=True)
def char_rows(w: Weights, room: Room, size: int, at: int, total: int) -> tuple[int, int]:
    """Append the rows of the character n-grams of marked[:size] at rows[at:]; (new end, rows summed early).

    When `rows` is full its content is added to `hidden` and forgotten, so that a text of any length needs little room.
    """
    w, room = borrowed(w), borrowed(room)
    marked, rows, buckets = room.marked, room.rows, np.uint32(w.buckets)
    for i in range(size):
        if (marked[i] & 0xC0) == 0x80:
            continue
        value = BASIS
        j = i
        for n in range(1, w.max_chars + 1):
            if j >= size:
                break
            value = hashed(value, marked[j])
            j += 1
            while j < size and (marked[j] & 0xC0) == 0x80:
                value = hashed(value, marked[j])
                j += 1
            if n < w.min_chars or (n == 1 and (i == 0 or j == size)):
                continue
            bucket = np.uint32(value % buckets)
            if w.pruned:
                if ((w.row_bits[bucket >> np.uint32(3)] >> (bucket & np.uint32(7))) & 1) == 0:
                    continue
                row = w.word_count + w.kept[bucket]
            else:
                row = w.word_count + np.int64(bucket)
            if at == len(rows):
                sum_rows(room.hidden, w.inputs, rows, 0, at)
                total += at
                at = 0
            rows[at] = row
            at += 1
    return at, total


@njit(nogil=True, cache=True)
def word_rows(w: Weights, room: Room, tokens: int) -> int:
    """Add the rows of the word n-grams of a text of `tokens` tokens; how many."""
    w, room = borrowed(w), borrowed(room)
    hashes = room.hashes
    row = np.empty(1, np.int64)
    count = 0
    for i in range(tokens):
        joined = np.uint64(np.int64(hashes[i]))
        for j in range(i + 1, min(tokens, i + w.word_ngrams)):
            joined = joined * FACTOR + np.uint64(np.int64(hashes[j]))
            bucket = np.int64(joined % np.uint64(w.buckets))
            place = np.int64(w.kept[bucket]) if w.pruned else bucket
            if place >= 0:
                row[0] = w.word_count + place
                sum_rows(room.hidden, w.inputs, row, 0, 1)
                count += 1
    return count
