"""Kernel: the sum of the input rows that one text names. `plain.input_rows` is the specification, order included.

Most tokens of a batch have been met before: the rows of a token of up to `LONGEST_KEPT` bytes are kept, keyed by where
its bytes lie, so that its n-grams are hashed once. Which tokens are kept changes the speed, never the sum.
"""

import numpy as np

from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.fasttext.ngram_kernel import BASIS, char_rows, hashed, sum_rows, word_rows
from corpusmill.operators.text.fasttext.vocabulary import END, LABEL_PREFIX
from corpusmill.operators.text.fasttext.weights import Room, Seen, Weights
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
def average(data: np.ndarray, begin: int, end: int, w: Weights, seen: Seen, room: Room) -> int:
    """The mean of the rows of data[begin:end] into `hidden`; how many rows."""
    w, seen, room = borrowed(w), borrowed(seen), borrowed(room)
    hidden, rows = room.hidden, room.rows
    hidden[:] = 0
    at, total, tokens, p = 0, 0, 0, begin
    ended = False
    while not ended:
        while p < end and is_space(data[p]):
            p += 1
        spot, value = p, BASIS
        while p < end and not is_space(data[p]):
            value = hashed(value, data[p])
            p += 1
        slot, size = np.int64(value) & (len(seen.slots) - 1), p - spot
        met = 0 < size <= LONGEST_KEPT and seen.slots[slot] == value and seen.sizes[slot] == size
        met = met and same_bytes(data, seen.spots[slot], data, spot, size)
        most = seen.counts[slot] if met else (LONGEST_KEPT + 2) * max(w.max_chars, 0) + 1
        if at + most > len(rows):
            sum_rows(hidden, w.inputs, rows, 0, at)
            total += at
            at = 0
        before = at
        if met:
            first, is_label = seen.firsts[slot], most < 0
            for k in range(most):
                rows[at + k] = seen.pool[first + k]
            at += max(most, 0)
        else:
            value, size = _mark(data, spot, size, value, room.marked)
            ended = size == len(END_TOKEN) and same_bytes(room.marked, 0, END_TOKEN, 0, size)
            is_label, at, total = _token_rows(w, room, value, size, ended, at, total)
            if not ended and size - 2 <= LONGEST_KEPT:
                _remember(seen, rows[before:at], is_label, value, spot, size - 2)
        if not is_label and w.word_ngrams > 1:
            room.hashes[tokens] = np.int32(value)
            tokens += 1
    sum_rows(hidden, w.inputs, rows, 0, at)
    total += at + word_rows(w, room, tokens)
    if total:
        one = np.float32(1.0 / total)
        for k in range(hidden.shape[0]):
            hidden[k] *= one
    return total


@njit(nogil=True, cache=True)
def _mark(data: np.ndarray, spot: int, size: int, value: np.uint32, marked: np.ndarray) -> tuple[np.uint32, int]:
    """Write a token between < and >, the end of the text for one of no bytes; its hash, and its size with both."""
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
    return value, size + 2


@njit(nogil=True, cache=True)
def _token_rows(
    w: Weights, room: Room, value: np.uint32, size: int, ended: bool, at: int, total: int
) -> tuple[bool, int, int]:
    """Append the rows of marked[:size] at rows[at:]; (whether it is a label, new end, rows summed early)."""
    w, room = borrowed(w), borrowed(room)
    entry = find_entry(w.slots, w.entry_hashes, w.entry_offsets, w.entry_bytes, value, room.marked, size)
    prefixed = size - 2 >= len(PREFIX) and same_bytes(room.marked, 1, PREFIX, 0, len(PREFIX))
    is_label = entry >= w.word_count or (entry < 0 and prefixed)
    if not is_label:
        if entry >= 0:
            room.rows[at] = entry
            at += 1
        if not ended:
            at, total = char_rows(w, room, size, at, total)
    return is_label, at, total


@njit(nogil=True, cache=True)
def _remember(seen: Seen, rows: np.ndarray, is_label: bool, value: np.uint32, spot: int, size: int) -> None:
    """Keep the rows of a token of `size` bytes at `spot`."""
    seen = borrowed(seen)
    first = seen.used[0]
    if first + len(rows) > len(seen.pool):
        seen.slots[:] = 0
        seen.sizes[:] = 0
        first = 0
    for k in range(len(rows)):
        seen.pool[first + k] = rows[k]
    slot = np.int64(value) & (len(seen.slots) - 1)
    seen.slots[slot], seen.spots[slot], seen.sizes[slot] = value, spot, size
    seen.firsts[slot], seen.counts[slot] = first, -1 if is_label else len(rows)
    seen.used[0] = first + len(rows)
