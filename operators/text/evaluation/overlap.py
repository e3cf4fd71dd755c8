"""Finds the words of a document that an evaluation set has too, in a run or in a whole item."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.evaluation.sets import EvaluationSets, runs_of
from corpusmill.operators.text.hashing import finish, power, roll
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.words import WordRule, Words, words_of


def shared_words(text: str, sets: EvaluationSets) -> list[bool]:
    """For each word of `text` whether it lies in a shared run or short item: the specification of `overlap`."""
    keys = {int(key) for key in sets.keys if key}
    shared = [False] * len(words_of(text, WordRule.UNICODE))
    for length in sets.lengths.tolist():
        for at, run in enumerate(runs_of(text, length)):
            if run in keys:
                shared[at : at + length] = [True] * length
    return shared


def whole_items(text: str, sets: EvaluationSets) -> int:
    """How many different items have all their words in `text`, one after another: the specification of `overlap`."""
    items = zip(sets.whole.lengths.tolist(), sets.whole.hashes.tolist(), strict=True)
    return sum(hashed in runs_of(text, length) for length, hashed in items)


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlap:
    """shared: bool, one a word of the batch.

    Of each document: owners: int32, the set with most runs and short items in it, -1 for none; items: int32, how many
    different items it has whole.
    """

    shared: np.ndarray
    owners: np.ndarray
    items: np.ndarray


def overlap(words: Words, sets: EvaluationSets) -> Overlap:
    """Find the runs and the short items of `sets` in each document."""
    shared = np.zeros(len(words.hash), np.bool_)
    owners, items = np.full(len(words.counts), -1, np.int32), np.zeros(len(words.counts), np.int32)
    tally = np.zeros(max(len(sets.names), 1), np.int64)
    whole = sets.whole
    last_seen = np.full(len(whole.lengths), -1, np.int64)
    sums = np.zeros(int(words.counts.max(initial=0)) + 1, np.uint64)
    _overlap(
        words.first, words.hash, sets.lengths, sets.keys, sets.owners, sets.items, whole.lengths, whole.hashes,
        whole.following, tally, last_seen, sums, shared, owners, items,
    )  # fmt: skip
    return Overlap(shared=shared, owners=owners, items=items)


def shared_counts(words: Words, found: Overlap) -> np.ndarray:
    """int64, how many words of each document are shared."""
    before = np.zeros(len(found.shared) + 1, np.int64)
    np.cumsum(found.shared, out=before[1:])
    return np.diff(before[words.first])


@njit(nogil=True, cache=True)
def _overlap(
    first: np.ndarray, hashes: np.ndarray, lengths: np.ndarray, keys: np.ndarray, key_owners: np.ndarray,
    key_items: np.ndarray, item_lengths: np.ndarray, item_hashes: np.ndarray, following: np.ndarray, tally: np.ndarray,
    last_seen: np.ndarray, sums: np.ndarray, shared: np.ndarray, owners: np.ndarray, items: np.ndarray,
) -> None:  # fmt: skip
    mask = np.uint64(len(keys) - 1)
    weights = np.zeros(len(lengths), np.uint64)
    for at in range(len(lengths)):
        weights[at] = power(int(lengths[at]))
    for i in range(len(first) - 1):
        begin, end = first[i], first[i + 1]
        for k in range(begin, end):  # sums[n]: the polynomial of the first n words
            sums[k + 1 - begin] = roll(np.uint64(sums[k - begin]), hashes[k], np.uint64(0), np.uint64(0))
        touched = False
        for at in range(len(lengths)):
            length = lengths[at]
            marked = begin  # words before this one are marked already, by this length
            for k in range(begin, end - length + 1):
                slot = slot_of(keys, mask, run_at(sums, k - begin, length, weights[at]))
                if keys[slot] == np.uint64(0):
                    continue
                if not touched:
                    tally[:] = 0
                    touched = True
                tally[key_owners[slot]] += 1
                for j in range(max(marked, k), k + length):
                    shared[j] = True
                marked = k + length
                item = key_items[slot]
                while item >= 0:
                    size = int(item_lengths[item])
                    fits = last_seen[item] != i and k + size <= end
                    if fits and run_at(sums, k - begin, size, power(size)) == item_hashes[item]:
                        last_seen[item] = i
                        items[i] += 1
                    item = following[item]
        if touched:
            owners[i] = np.argmax(tally)


@njit(nogil=True, cache=True)
def run_at(sums: np.ndarray, at: int, length: int, weight: np.uint64) -> np.uint64:
    """`run_hash` of `length` words from word `at` on, 1 for 0. weight: `power(length)`."""
    run = finish(sums[at + length] - weight * sums[at])
    return run if run != np.uint64(0) else np.uint64(1)


@njit(nogil=True, cache=True)
def slot_of(keys: np.ndarray, mask: np.uint64, run: np.uint64) -> np.uint64:
    """Where a key is, or the free slot that ends the search for it."""
    slot = run & mask
    while keys[slot] != np.uint64(0) and keys[slot] != run:
        slot = (slot + np.uint64(1)) & mask
    return slot
