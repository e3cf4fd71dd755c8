"""Finds the words of a document that an evaluation set has too, in a run or in a whole item."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.borrow import borrowed
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
    whole = sets.whole
    sought = Sought(
        lengths=sets.lengths,
        keys=sets.keys,
        owners=sets.owners,
        items=sets.items,
        item_lengths=whole.lengths,
        item_hashes=whole.hashes,
        following=whole.following,
    )
    room = Room(
        sums=np.zeros(int(words.counts.max(initial=0)) + 1, np.uint64),
        weights=np.array([power(int(length)) for length in sets.lengths], np.uint64),
        tally=np.zeros(max(len(sets.names), 1), np.int64),
        last_seen=np.full(len(whole.lengths), -1, np.int64),
    )
    _overlap(words.first, words.hash, sought, room, Marks(shared, owners, items))
    return Overlap(shared=shared, owners=owners, items=items)


def shared_counts(words: Words, found: Overlap) -> np.ndarray:
    """int64, how many words of each document are shared."""
    before = np.zeros(len(found.shared) + 1, np.int64)
    np.cumsum(found.shared, out=before[1:])
    return np.diff(before[words.first])


class Sought(NamedTuple):
    """The runs and the short items of evaluation sets.

    keys: hashes of runs, in slots, 0 = free; owners, items: of each slot, the set and the first item that has the run;
    following: the next item of that run, -1 for none.
    """

    lengths: np.ndarray
    keys: np.ndarray
    owners: np.ndarray
    items: np.ndarray
    item_lengths: np.ndarray
    item_hashes: np.ndarray
    following: np.ndarray


class Room(NamedTuple):
    """Room for what is noted on the way. sums: of a document; weights: `power` of each length of a run; tally: runs by
    set; last_seen: the last document that had an item whole.
    """

    sums: np.ndarray
    weights: np.ndarray
    tally: np.ndarray
    last_seen: np.ndarray


class Marks(NamedTuple):
    """What is filled, see Overlap."""

    shared: np.ndarray
    owners: np.ndarray
    items: np.ndarray


@njit(nogil=True, cache=True)
def _overlap(first: np.ndarray, hashes: np.ndarray, sought: Sought, room: Room, out: Marks) -> None:
    sought, room, out = borrowed(sought), borrowed(room), borrowed(out)
    sums, tally = room.sums, room.tally
    for i in range(len(first) - 1):
        begin, end = first[i], first[i + 1]
        for k in range(begin, end):  # sums[n]: the polynomial of the first n words
            sums[k + 1 - begin] = roll(np.uint64(sums[k - begin]), hashes[k], np.uint64(0), np.uint64(0))
        touched = False
        for at in range(len(sought.lengths)):
            touched |= _mark_runs(i, begin, end, at, touched, sought, room, out)
        if touched:
            out.owners[i] = np.argmax(tally)


@njit(nogil=True, cache=True)
def _mark_runs(i: int, begin: int, end: int, at: int, touched: bool, sought: Sought, room: Room, out: Marks) -> bool:
    """Mark the words of document i that lie in runs of the length numbered `at`; whether there is one.

    touched: whether `tally` is about this document already.
    """
    sought, room, out = borrowed(sought), borrowed(room), borrowed(out)
    mask, length, found = np.uint64(len(sought.keys) - 1), sought.lengths[at], False
    marked = begin  # words before this one are marked already, by this length
    for k in range(begin, end - length + 1):
        slot = slot_of(sought.keys, mask, run_at(room.sums, k - begin, length, room.weights[at]))
        if sought.keys[slot] == np.uint64(0):
            continue
        if not (touched or found):
            room.tally[:] = 0
        found = True
        room.tally[sought.owners[slot]] += 1
        for j in range(max(marked, k), k + length):
            out.shared[j] = True
        marked = k + length
        item = sought.items[slot]
        while item >= 0:
            size = int(sought.item_lengths[item])
            fits = room.last_seen[item] != i and k + size <= end
            if fits and run_at(room.sums, k - begin, size, power(size)) == sought.item_hashes[item]:
                room.last_seen[item] = i
                out.items[i] += 1
            item = sought.following[item]
    return found


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
