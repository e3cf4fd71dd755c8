"""Boosted trees: the sum of one leaf a tree, as a probability.

Source:   the leaf values and thresholds are LightGBM's; a value goes left when it is at or below the threshold.
Deviates: thresholds are rounded down to float32, which decides the same for every float32 value; leaves point to
          themselves, so that all blocks take `depth` steps in each tree without a branch.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from operators.extract.html.scalars import Int


class Forest(NamedTuple):
    """Trees laid end to end. Node k: children `child[2k]`, `child[2k + 1]`; a leaf is its own child."""

    root: np.ndarray  # uint32 by tree
    depth: np.ndarray  # int32 by tree
    feature: np.ndarray  # uint8 by node
    threshold: np.ndarray  # float32 by node
    child: np.ndarray  # uint32
    value: np.ndarray  # float32 by node, 0 in inner nodes


def probability(forest: Forest, features: np.ndarray) -> float:
    """The plain walk for one block: the logistic of the sum of leaf values."""
    total = np.float32(0)
    for root in forest.root:
        node = int(root)
        while forest.child[2 * node] != node:
            node = int(forest.child[2 * node + int(features[forest.feature[node]] > forest.threshold[node])])
        total += forest.value[node]
    return float(1 / (1 + np.exp(-total)))


@njit(cache=True, nogil=True)
def score_blocks(features: np.ndarray, rows: Int, forest: Forest, score: np.ndarray) -> None:
    """`probability` of the first `rows` rows, four at a time, to `score`."""
    one = np.uint32(1)
    child, feature, threshold, value = forest.child, forest.feature, forest.threshold, forest.value
    for b in range(rows):
        score[b] = 0
    for t in range(forest.root.shape[0]):
        root, depth = forest.root[t], forest.depth[t]
        b = 0
        while b + 4 <= rows:
            k0 = k1 = k2 = k3 = root
            for _ in range(depth):
                k0 = child[(k0 << one) | np.uint32(features[b, feature[k0]] > threshold[k0])]
                k1 = child[(k1 << one) | np.uint32(features[b + 1, feature[k1]] > threshold[k1])]
                k2 = child[(k2 << one) | np.uint32(features[b + 2, feature[k2]] > threshold[k2])]
                k3 = child[(k3 << one) | np.uint32(features[b + 3, feature[k3]] > threshold[k3])]
            score[b] += value[k0]
            score[b + 1] += value[k1]
            score[b + 2] += value[k2]
            score[b + 3] += value[k3]
            b += 4
        while b < rows:
            k0 = root
            for _ in range(depth):
                k0 = child[(k0 << one) | np.uint32(features[b, feature[k0]] > threshold[k0])]
            score[b] += value[k0]
            b += 1
    for b in range(rows):
        score[b] = 1 / (1 + np.exp(-score[b]))
