"""Which words of a document lie in a run that an evaluation set has too."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from corpusmill.operators.text.evaluation.sets import EvaluationSets, runs_of
from corpusmill.operators.text.hashing import finish, power, roll
from corpusmill.operators.text.words import WordRule, Words, words_of


def shared_words(text: str, sets: EvaluationSets, length: int) -> list[bool]:
    """For each word of `text` whether it lies in a shared run: the specification of `overlap`."""
    known = {int(key) for key in sets.keys if key}
    shared = [False] * len(words_of(text, WordRule.UNICODE))
    for at, run in enumerate(runs_of(text, length)):
        if run in known:
            shared[at : at + length] = [True] * length
    return shared


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlap:
    """shared: bool, one a word of the batch. owners: int32, the set with most runs in each document, -1 for none."""

    shared: np.ndarray
    owners: np.ndarray


def overlap(words: Words, sets: EvaluationSets, length: int) -> Overlap:
    shared = np.zeros(len(words.hash), np.bool_)
    owners = np.full(len(words.counts), -1, np.int32)
    tally = np.zeros(max(len(sets.names), 1), np.int64)
    _overlap(words.first, words.hash, sets.keys, sets.owners, length, tally, shared, owners)
    return Overlap(shared=shared, owners=owners)


def shares(words: Words, found: Overlap) -> np.ndarray:
    """float32, the share of each document's words that are shared; 0 in a blank document."""
    before = np.zeros(len(found.shared) + 1, np.int64)
    np.cumsum(found.shared, out=before[1:])
    return (np.diff(before[words.first]) / np.maximum(words.counts, 1)).astype(np.float32)


@njit(nogil=True, cache=True)
def _overlap(
    first: np.ndarray, hashes: np.ndarray, keys: np.ndarray, key_owners: np.ndarray, length: int, tally: np.ndarray,
    shared: np.ndarray, owners: np.ndarray,
) -> None:  # fmt: skip
    weight = power(length)
    mask = np.uint64(len(keys) - 1)
    for i in range(len(first) - 1):
        value = np.uint64(0)
        touched = False
        marked = first[i]  # words before this one are marked already
        for k in range(first[i], first[i + 1]):
            filled = k - first[i] >= length
            value = roll(value, hashes[k], hashes[k - length] if filled else np.uint64(0), weight)
            if k - first[i] < length - 1:
                continue
            run = finish(value)
            run = run if run != np.uint64(0) else np.uint64(1)
            slot = run & mask
            while keys[slot] != np.uint64(0) and keys[slot] != run:
                slot = (slot + np.uint64(1)) & mask
            if keys[slot] == np.uint64(0):
                continue
            if not touched:
                tally[:] = 0
                touched = True
            tally[key_owners[slot]] += 1
            for j in range(max(marked, k - length + 1), k + 1):
                shared[j] = True
            marked = k + 1
        if touched:
            owners[i] = np.argmax(tally)
