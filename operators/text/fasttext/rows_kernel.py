"""Kernel: the sum of the input rows that one text names. `plain.input_rows` is the specification, order included.

Most tokens of a batch have been met before: the rows of a token of up to `LONGEST_KEPT` bytes are kept, keyed by where
its bytes lie, so that its n-grams are hashed once. Which tokens are kept changes the speed, never the sum.
"""

import numpy as np
from numba import njit

from operators.text.fasttext.plain import WORD_NGRAM_FACTOR
from operators.text.fasttext.vocabulary import END, FNV_BASIS, FNV_PRIME, LABEL_PREFIX
from operators.text.fasttext.weights import Seen, Weights

BASIS = np.uint32(FNV_BASIS)
PRIME = np.uint32(FNV_PRIME)
FACTOR = np.uint64(WORD_NGRAM_FACTOR)
LONGEST_KEPT = 64
PREFIX = np.frombuffer(LABEL_PREFIX, np.uint8)
END_TOKEN = np.frombuffer(b"<" + END + b">", np.uint8)


@njit(nogil=True, cache=True, inline="always")
def is_space(byte: int) -> bool:
    return byte <= 32 and (byte == 32 or byte == 0 or 9 <= byte <= 13)


@njit(nogil=True, cache=True, inline="always")
def hashed(value: np.uint32, byte: int) -> np.uint32:
    """One step of the hash; bytes count as signed, as in fastText."""
    return np.uint32((value ^ np.uint32(np.int32(np.int8(byte)))) * PRIME)


@njit(nogil=True, cache=True)
def same_bytes(a: np.ndarray, a_at: int, b: np.ndarray, b_at: int, size: int) -> bool:
    for k in range(size):  # noqa: SIM110 (compiled: all() over a generator is not supported)
        if a[a_at + k] != b[b_at + k]:
            return False
    return True


@njit(nogil=True, cache=True)
def find_entry(
    slots: np.ndarray, hashes: np.ndarray, offsets: np.ndarray, entries: np.ndarray, value: np.uint32,
    marked: np.ndarray, size: int,
) -> int:  # fmt: skip
    """The place of the token marked[1:size-1], whose hash is `value`, among words and labels, or -1."""
    mask = len(slots) - 1
    slot = np.int64(value) & mask
    while slots[slot] >= 0:
        entry = slots[slot]
        first = int(offsets[entry])
        alike = hashes[entry] == value and offsets[entry + 1] - first == size - 2
        if alike and same_bytes(entries, first, marked, 1, size - 2):
            return entry
        slot = (slot + 1) & mask
    return -1


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
def char_rows(
    hidden: np.ndarray, inputs: np.ndarray, first_row: int, pruned: bool, kept: np.ndarray, kept_bits: np.ndarray,
    buckets: np.uint32, min_chars: int, max_chars: int, marked: np.ndarray, size: int, rows: np.ndarray, at: int,
    total: int,
) -> tuple[int, int]:  # fmt: skip
    """Append the rows of the character n-grams of marked[:size] at rows[at:]; (new end, rows summed early).

    When `rows` is full its content is added to `hidden` and forgotten, so that a text of any length needs little room.
    """
    for i in range(size):
        if (marked[i] & 0xC0) == 0x80:
            continue
        value = BASIS
        j = i
        for n in range(1, max_chars + 1):
            if j >= size:
                break
            value = hashed(value, marked[j])
            j += 1
            while j < size and (marked[j] & 0xC0) == 0x80:
                value = hashed(value, marked[j])
                j += 1
            if n < min_chars or (n == 1 and (i == 0 or j == size)):
                continue
            bucket = np.uint32(value % buckets)
            if pruned:
                if ((kept_bits[bucket >> np.uint32(3)] >> (bucket & np.uint32(7))) & 1) == 0:
                    continue
                row = first_row + kept[bucket]
            else:
                row = first_row + np.int64(bucket)
            if at == len(rows):
                sum_rows(hidden, inputs, rows, 0, at)
                total += at
                at = 0
            rows[at] = row
            at += 1
    return at, total


@njit(nogil=True, cache=True)
def word_rows(hidden: np.ndarray, w: Weights, hashes: np.ndarray, tokens: int) -> int:
    """Add the rows of the word n-grams of a text of `tokens` tokens; how many."""
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
                sum_rows(hidden, w.inputs, row, 0, 1)
                count += 1
    return count


@njit(nogil=True, cache=True)
def average(
    hidden: np.ndarray, data: np.ndarray, begin: int, end: int, w: Weights, seen: Seen, marked: np.ndarray,
    hashes: np.ndarray, rows: np.ndarray,
) -> int:  # fmt: skip
    """The mean of the rows of data[begin:end] into `hidden`; how many rows.

    marked (uint8), hashes (int32): room for the longest token and for all tokens of a text; rows: scratch.
    """
    hidden[:] = 0
    inputs, pruned, kept, kept_bits = w.inputs, w.pruned, w.kept, w.kept_bits
    buckets = np.uint32(w.buckets)
    slots, spots, sizes, firsts, counts, pool = seen.slots, seen.spots, seen.sizes, seen.firsts, seen.counts, seen.pool
    mask = len(slots) - 1
    at, total, tokens, p = 0, 0, 0, begin
    ended = False
    while not ended:
        while p < end and is_space(data[p]):
            p += 1
        spot = p
        value = BASIS
        while p < end and not is_space(data[p]):
            value = hashed(value, data[p])
            p += 1
        size = p - spot
        slot = np.int64(value) & mask
        alike = 0 < size <= LONGEST_KEPT and slots[slot] == value and sizes[slot] == size
        if alike and same_bytes(data, spots[slot], data, spot, size):
            count = counts[slot]
            if count < 0:
                continue
            if at + count > len(rows):
                sum_rows(hidden, inputs, rows, 0, at)
                total += at
                at = 0
            first = firsts[slot]
            for k in range(count):
                rows[at + k] = pool[first + k]
            at += count
            if w.word_ngrams > 1:
                hashes[tokens] = np.int32(value)
                tokens += 1
            continue
        if size == 0:  # the end of the text is a token too
            size = len(END_TOKEN) - 2
            value = BASIS
            for k in range(size):
                marked[1 + k] = END_TOKEN[1 + k]
                value = hashed(value, END_TOKEN[1 + k])
        else:
            for k in range(size):
                marked[1 + k] = data[spot + k]
        marked[0] = END_TOKEN[0]
        marked[size + 1] = END_TOKEN[len(END_TOKEN) - 1]
        size += 2
        ended = size == len(END_TOKEN) and same_bytes(marked, 0, END_TOKEN, 0, size)
        entry = find_entry(w.slots, w.entry_hashes, w.entry_offsets, w.entry_bytes, value, marked, size)
        prefixed = size - 2 >= len(PREFIX) and same_bytes(marked, 1, PREFIX, 0, len(PREFIX))
        is_label = entry >= w.word_count or (entry < 0 and prefixed)
        if at + (LONGEST_KEPT + 2) * max(w.max_chars, 0) + 1 > len(rows):
            sum_rows(hidden, inputs, rows, 0, at)
            total += at
            at = 0
        before = at
        if not is_label:
            if entry >= 0:
                rows[at] = entry
                at += 1
            if not ended:
                at, total = char_rows(
                    hidden, inputs, w.word_count, pruned, kept, kept_bits, buckets, w.min_chars, w.max_chars,
                    marked, size, rows, at, total,
                )  # fmt: skip
            if w.word_ngrams > 1:
                hashes[tokens] = np.int32(value)
                tokens += 1
        if not ended and size - 2 <= LONGEST_KEPT:
            room = seen.used[0]
            if room + at - before > len(pool):
                slots[:] = 0
                sizes[:] = 0
                room = 0
            for k in range(before, at):
                pool[room + k - before] = rows[k]
            slots[slot], spots[slot], sizes[slot] = value, spot, size - 2
            firsts[slot], counts[slot] = room, -1 if is_label else at - before
            seen.used[0] = room + at - before
    sum_rows(hidden, inputs, rows, 0, at)
    total += at + word_rows(hidden, w, hashes, tokens)
    if total:
        one = np.float32(1.0 / total)
        for k in range(hidden.shape[0]):
            hidden[k] *= one
    return total
