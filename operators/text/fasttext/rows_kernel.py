"""Kernel: the sum of the input rows that one text names. `plain.input_rows` is the specification, order included.

Most tokens of a batch have been met before: the rows of a token of up to `LONGEST_KEPT` bytes are kept, keyed by where
its bytes lie, so that its n-grams are hashed once. Which tokens are kept changes the speed, never the sum.
"""

import numpy as np

from corpusmill.operators.text.fasttext.ngram_kernel import BASIS, char_rows, hashed, sum_rows, word_rows
from corpusmill.operators.text.fasttext.vocabulary import END, LABEL_PREFIX
from corpusmill.operators.text.fasttext.weights import Seen, Weights
from corpusmill.operators.text.kernel import njit

LONGEST_KEPT = 64
PREFIX = np.frombuffer(LABEL_PREFIX, np.uint8)
END_TOKEN = np.frombuffer(b"<" + END + b">", np.uint8)


@njit(nogil=True, cache=True, forceinline=True)
def is_space(byte: int) -> bool:
    return byte <= 32 and (byte == 32 or byte == 0 or 9 <= byte <= 13)


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
def average(
    hidden: np.ndarray, data: np.ndarray, begin: int, end: int, w: Weights, seen: Seen, marked: np.ndarray,
    hashes: np.ndarray, rows: np.ndarray,
) -> int:  # fmt: skip
    """The mean of the rows of data[begin:end] into `hidden`; how many rows.

    marked (uint8), hashes (int32): room for the longest token and for all tokens of a text; rows: scratch.
    """
    hidden[:] = 0
    inputs, pruned, kept, kept_bits = w.inputs, w.pruned, w.kept, w.row_bits
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
