"""A fastText model laid out for kernels: flat arrays only."""

import functools
from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.fasttext.model import FastText, read_model
from corpusmill.operators.text.fasttext.vocabulary import hash32


class Weights(NamedTuple):
    """entry_*: words, then labels, found by 32-bit hash in `slots` (-1 = free), compared byte by byte.

    kept: row of each n-gram bucket after the words, or -1; one value of -1 when nothing was pruned (`pruned` false).
    row_bits: one bit a bucket, a small table that answers most look-ups from cache.
    """

    inputs: np.ndarray
    outputs: np.ndarray
    output_scale: np.ndarray
    first_child: np.ndarray
    right: np.ndarray
    rank: np.ndarray
    slots: np.ndarray
    entry_hashes: np.ndarray
    entry_offsets: np.ndarray
    entry_bytes: np.ndarray
    kept: np.ndarray
    row_bits: np.ndarray
    pruned: bool
    word_count: int
    label_count: int
    buckets: int
    min_chars: int
    max_chars: int
    word_ngrams: int
    loss: int


@functools.lru_cache(maxsize=8)
def weights_of(content: bytes) -> Weights:
    """The arrays of the model in these bytes, laid out once a process."""
    return lay_out(read_model(content))


def lay_out(model: FastText) -> Weights:
    vocabulary = model.vocabulary
    entries = vocabulary.words + vocabulary.labels
    hashes = np.array([hash32(entry) for entry in entries], np.uint32)
    offsets = np.zeros(len(entries) + 1, np.int64)
    offsets[1:] = np.cumsum([len(entry) for entry in entries])
    kept = np.full(1, -1, np.int32) if vocabulary.kept is None else vocabulary.kept
    return Weights(
        inputs=model.inputs,
        outputs=model.outputs.rows,
        output_scale=model.outputs.scale,
        first_child=model.tree.first_child,
        right=model.tree.right,
        rank=model.tree.rank,
        slots=_slots(hashes),
        entry_hashes=hashes,
        entry_offsets=offsets,
        entry_bytes=np.frombuffer(b"".join(entries), np.uint8).copy(),
        kept=kept,
        row_bits=np.packbits(kept >= 0, bitorder="little"),
        pruned=vocabulary.kept is not None,
        word_count=len(vocabulary.words),
        label_count=len(vocabulary.labels),
        buckets=model.buckets,
        min_chars=model.min_chars,
        max_chars=model.max_chars,
        word_ngrams=model.word_ngrams,
        loss=int(model.loss),
    )


def _slots(hashes: np.ndarray) -> np.ndarray:
    """int32, a power of two at least three times the entries: the entry in each slot, linear probing."""
    size = 1 << (3 * len(hashes) + 8).bit_length()
    slots = np.full(size, -1, np.int32)
    for entry, value in enumerate(hashes.tolist()):
        slot = value & (size - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = entry
    return slots


class Room(NamedTuple):
    """Room for one text. hidden: float32, the sum of its rows; marked: uint8, a token in < and >; hashes: int32, of all
    its tokens; rows: int32, that wait to be summed.
    """

    hidden: np.ndarray
    marked: np.ndarray
    hashes: np.ndarray
    rows: np.ndarray


class Seen(NamedTuple):
    """The rows of tokens met before in a batch; slot = low bits of the token's hash, a later token takes the place.

    slots: uint32 hash; spots: int64, where in the column's bytes the token lies; sizes: int32 bytes, 0 = free; firsts,
    counts: int32, its stretch of `pool`, count -1 for a label, which is no word; used: int64 (1,), filled part of pool.
    """

    slots: np.ndarray
    spots: np.ndarray
    sizes: np.ndarray
    firsts: np.ndarray
    counts: np.ndarray
    pool: np.ndarray
    used: np.ndarray


SEEN_SLOTS = 1 << 14
POOL_ROWS = 1 << 18


def nothing_seen(data_bytes: int) -> Seen:
    """An empty memory, small for small batches. Reset when its pool is full."""
    slots = min(SEEN_SLOTS, max(64, 1 << (data_bytes // 8).bit_length()))
    return Seen(
        slots=np.zeros(slots, np.uint32),
        spots=np.zeros(slots, np.int64),
        sizes=np.zeros(slots, np.int32),
        firsts=np.zeros(slots, np.int32),
        counts=np.zeros(slots, np.int32),
        pool=np.empty(POOL_ROWS, np.int32),
        used=np.zeros(1, np.int64),
    )
