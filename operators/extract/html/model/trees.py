"""Boosted trees: the sum of one leaf a tree, as a probability.

Source:   the leaf values and thresholds are LightGBM's; a value goes left when it is at or below the threshold. Leaves
          are numbered and found as by Lucchese et al. 2015, "QuickScorer", SIGIR: the node a block stands at is known
          by the leftmost leaf below it.
Deviates: thresholds are rounded down to float32, which decides the same for every float32 value. Features are replaced
          by their rank among the forest's thresholds for them, one byte each, so that a node compares up to `CHUNK`
          blocks at a time; every node of a tree is asked for every block, and only those who stand at it move.
"""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.model.forest import CHUNK, Forest
from corpusmill.operators.extract.html.model.rank import VALUES, rank_32
from corpusmill.operators.extract.html.model.walk import walk_64, walk_128
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

FEATURES = 256


class Scratch(NamedTuple):
    """Room for one chunk."""

    column: np.ndarray  # int32[CHUNK]
    ranks: np.ndarray  # uint8[FEATURES, CHUNK], less 128
    leaf: np.ndarray  # uint8[CHUNK]: of the tree under way, the leaf each block ends at


@njit(cache=True, nogil=True, forceinline=True)
def _rank(bits: np.ndarray, first: Int, rows: Int, forest: Forest, column: np.ndarray, ranks: np.ndarray) -> None:
    """Fills row k of `ranks` with the ranks of the forest's k-th feature in `rows` blocks from `first` on.

    bits: the features, finite float32 seen as int32. Cuts that no block or every block is above are not compared.
    """
    room = (rows + VALUES - 1) // VALUES * VALUES
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
        while cut < end and forest.cut[cut] < lowest:
            cut += 1
        while cut < end and forest.cut[end - 1] >= highest:
            end -= 1
        base = cut - forest.cut_from[k] - 128
        for at in range(0, room, VALUES):
            rank_32(column, at, forest.cut, cut, end, base, ranks[k])


@njit(cache=True, nogil=True)
def _score(bits: np.ndarray, rows: Int, forest: Forest, score: np.ndarray, scratch: Scratch) -> None:
    forest = borrowed(forest)
    column, ranks, leaf = borrowed(scratch)
    for first in range(0, rows, CHUNK):
        count = min(CHUNK, rows - first)
        total = score[first : first + count]
        total[:] = 0
        _rank(bits, first, count, forest, column, ranks)
        is_half = count <= CHUNK // 2
        for tree in range(forest.root.shape[0]):
            begin, end = forest.node_from[tree], forest.node_from[tree + 1]
            if is_half:
                walk_64(forest.node, begin, end, ranks, leaf)
            else:
                walk_128(forest.node, begin, end, ranks, leaf)
            value = forest.leaf[forest.leaf_from[tree] :]
            for j in range(np.uint64(count)):
                total[j] += value[leaf[j]]
        for j in range(count):
            total[j] = 1 / (1 + np.exp(-total[j]))


@njit(cache=True, nogil=True)
def score_blocks(features: np.ndarray, rows: Int, forest: Forest, score: np.ndarray) -> None:
    """`forest.probability` of the first `rows` rows to `score`."""
    scratch = Scratch(np.empty(CHUNK, np.int32), np.empty((FEATURES, CHUNK), np.uint8), np.empty(CHUNK, np.uint8))
    _score(features.view(np.int32), rows, forest, score, scratch)
