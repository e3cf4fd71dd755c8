"""Boosted trees: the sum of one leaf a tree, as a probability.

Source:   the leaf values and thresholds are LightGBM's; a value goes left when it is at or below the threshold. Leaves
          are numbered and found as by Lucchese et al. 2015, "QuickScorer", SIGIR: the node a block stands at is known
          by the leftmost leaf below it.
Deviates: thresholds are rounded down to float32, which decides the same for every float32 value. Features are replaced
          by their rank among the forest's thresholds for them, one byte each, so that a node compares up to `CHUNK`
          blocks at a time; every node of a tree is asked for every block, and only those who stand at it move.
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import CHUNK, FEATURES
from corpusmill.operators.extract.html.model.forest import Forest
from corpusmill.operators.extract.html.model.ranks import rank_columns
from corpusmill.operators.extract.html.model.walk import walk_64, walk_128
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

TREES = 4  # whose leaves are added in one pass over the blocks
PIECE_CHUNKS = 8  # scored together where there is no room for the ranks of all


@njit(cache=True, nogil=True, forceinline=True)
def _walk(forest: Forest, tree: Int, ranks: np.ndarray, count: Int, leaf: np.ndarray) -> None:
    begin, end = forest.node_from[tree], forest.node_from[tree + 1]
    if count <= CHUNK // 2:
        walk_64(forest.node, begin, end, ranks, leaf)
    else:
        walk_128(forest.node, begin, end, ranks, leaf)


@njit(cache=True, nogil=True, forceinline=True)
def _add_four(forest: Forest, tree: Int, leaf: np.ndarray, total: np.ndarray) -> None:
    """The leaves of four trees, in their order: a sum of float32 depends on it."""
    at, value = forest.leaf_from, forest.leaf
    one, two, three, four = value[at[tree] :], value[at[tree + 1] :], value[at[tree + 2] :], value[at[tree + 3] :]
    for j in range(np.uint64(len(total))):
        total[j] = total[j] + one[leaf[0, j]] + two[leaf[1, j]] + three[leaf[2, j]] + four[leaf[3, j]]


@njit(cache=True, nogil=True)
def add_leaves(rows: Int, forest: Forest, ranks: np.ndarray, score: np.ndarray) -> None:
    """`forest.probability` of `rows` blocks to `score`. ranks: as `rank_columns` fills them."""
    forest = borrowed(forest)
    trees = forest.root.shape[0]
    leaf = np.empty((TREES, CHUNK), np.uint8)  # of the trees under way, the leaf each block ends at
    for first in range(0, rows, CHUNK):
        count = min(np.int64(CHUNK), rows - first)
        its, total = ranks[first // CHUNK], score[first : first + count]
        total[:] = 0
        whole = trees // TREES * TREES
        for tree in range(0, whole, TREES):
            for k in range(TREES):
                _walk(forest, tree + k, its, count, leaf[k])
            _add_four(forest, tree, leaf, total)
        for tree in range(whole, trees):
            _walk(forest, tree, its, count, leaf[0])
            value = forest.leaf[forest.leaf_from[tree] :]
            for j in range(np.uint64(count)):
                total[j] += value[leaf[0, j]]
        for j in range(count):
            total[j] = 1 / (1 + np.exp(-total[j]))


@njit(cache=True, nogil=True)
def score_blocks(features: np.ndarray, rows: Int, forest: Forest, score: np.ndarray) -> None:
    """`forest.probability` of the first `rows` rows to `score`, a forest that stands alone."""
    bits = features.view(np.int32)
    chunks = min(np.int64(PIECE_CHUNKS), (rows + CHUNK - 1) // CHUNK)
    ranks = np.empty((chunks, FEATURES, CHUNK), np.uint8)
    for first in range(0, rows, PIECE_CHUNKS * CHUNK):
        count = min(np.int64(PIECE_CHUNKS * CHUNK), rows - first)
        rank_columns(bits[first:], count, forest.cuts, np.int64(0), forest.cuts.column.shape[0], ranks)
        add_leaves(count, forest, ranks, score[first : first + count])
