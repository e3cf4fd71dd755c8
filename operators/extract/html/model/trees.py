"""Boosted trees: the sum of one leaf a tree, as a probability.

Source:   the leaf values and thresholds are LightGBM's; a value goes left when it is at or below the threshold. Leaves
          are numbered and found as by Lucchese et al. 2015, "QuickScorer", SIGIR: the node a block stands at is known
          by the leftmost leaf below it.
Deviates: thresholds are rounded down to float32, which decides the same for every float32 value. Features are replaced
          by their rank among the forest's thresholds for them, one byte each, so that a node compares `LANES` blocks
          at a time; every node of a tree is asked for every block, and only those who stand at it move.
"""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base.borrow import borrowed
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.model.forest import SIDE_BY_SIDE, Forest
from corpusmill.operators.text.kernel import njit

LANES = np.uint64(64)  # blocks compared at a time: one or two vectors of bytes
CHUNK = 256  # blocks whose ranks are held at a time: so many that they stay near, not so few that nodes are read often
FEATURES = 256
BYTE = np.uint64(255)


class Scratch(NamedTuple):
    """Room for one chunk."""

    column: np.ndarray  # int32[CHUNK]
    ranks: np.ndarray  # uint8[FEATURES, CHUNK]
    leaf: np.ndarray  # uint8[SIDE_BY_SIDE, CHUNK]: of the trees under way, the leaf each block stands at


@njit(cache=True, nogil=True, forceinline=True)
def whole_lanes(rows: Int) -> Int:
    """`rows`, rounded up to vectors that are full."""
    return (np.uint64(rows) + LANES - np.uint64(1)) // LANES * LANES


@njit(cache=True, nogil=True, forceinline=True)
def _rank(bits: np.ndarray, first: Int, rows: Int, forest: Forest, column: np.ndarray, ranks: np.ndarray) -> None:
    """Fills row k of `ranks` with the ranks of the forest's k-th feature in `rows` blocks from `first` on.

    bits: the features, finite float32 seen as int32. Cuts that no block or every block is above are not compared.
    """
    room = whole_lanes(rows)
    for k in range(forest.column.shape[0]):
        feature = forest.column[k]
        for j in range(rows):
            column[j] = bits[first + j, feature]
        column[rows:room] = column[0]
        lowest = highest = column[0]
        for j in range(room):  # floats seen as integers are in order once those below 0 are turned around
            value = column[j] ^ ((column[j] >> np.int32(31)) & np.int32(0x7FFFFFFF))
            column[j] = value
            lowest, highest = min(lowest, value), max(highest, value)
        cut, end = forest.cut_from[k], forest.cut_from[k + 1]
        rank = ranks[k]
        while cut < end and forest.cut[cut] < lowest:
            cut += 1
        rank[:room] = cut - forest.cut_from[k]
        while cut < end and forest.cut[cut] < highest:
            above = forest.cut[cut]
            for lanes in range(np.uint64(room) // LANES):
                for j in range(lanes * LANES, lanes * LANES + LANES):
                    rank[j] += np.uint8(column[j] > above)
            cut += 1


@njit(cache=True, nogil=True, forceinline=True)
def _walk(forest: Forest, group: Int, room: Int, ranks: np.ndarray, leaf: np.ndarray) -> None:
    """Fills row k of `leaf` with the leaf of each block in the group's k-th tree."""
    leaf[:, :room] = 0
    for q in range(np.uint64(forest.node_from[group]), np.uint64(forest.node_from[group + 1])):
        node = forest.node[q]
        rank, at = ranks[node & BYTE], leaf[node >> np.uint64(32)]
        threshold = np.uint8((node >> np.uint64(8)) & BYTE)
        here = np.uint8((node >> np.uint64(16)) & BYTE)
        right = np.uint8((node >> np.uint64(24)) & BYTE)
        for lanes in range(np.uint64(room) // LANES):
            for j in range(lanes * LANES, lanes * LANES + LANES):
                at[j] = right if (at[j] == here) & (rank[j] > threshold) else at[j]


@njit(cache=True, nogil=True)
def _score(bits: np.ndarray, rows: Int, forest: Forest, score: np.ndarray, scratch: Scratch) -> None:
    forest = borrowed(forest)
    column, ranks, leaf = borrowed(scratch)
    trees = forest.root.shape[0]
    for first in range(0, rows, CHUNK):
        count = min(CHUNK, rows - first)
        total = score[first : first + count]
        total[:] = 0
        _rank(bits, first, count, forest, column, ranks)
        room = whole_lanes(count)
        for group in range(forest.node_from.shape[0] - 1):
            _walk(forest, group, room, ranks, leaf)
            begin = group * SIDE_BY_SIDE
            for tree in range(begin, min(begin + SIDE_BY_SIDE, trees)):
                value, at = forest.leaf[forest.leaf_from[tree] :], leaf[tree - begin]
                for j in range(np.uint64(count)):
                    total[j] += value[at[j]]
        for j in range(count):
            total[j] = 1 / (1 + np.exp(-total[j]))


@njit(cache=True, nogil=True)
def score_blocks(features: np.ndarray, rows: Int, forest: Forest, score: np.ndarray) -> None:
    """`forest.probability` of the first `rows` rows to `score`."""
    scratch = Scratch(
        np.empty(CHUNK, np.int32), np.empty((FEATURES, CHUNK), np.uint8), np.empty((SIDE_BY_SIDE, CHUNK), np.uint8)
    )
    _score(features.view(np.int32), rows, forest, score, scratch)
