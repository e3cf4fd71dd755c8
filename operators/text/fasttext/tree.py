"""The Huffman tree of hierarchical softmax, built from label counts exactly as fastText builds it.

Source:   Joulin et al. 2016 (Bag of Tricks), arXiv:1607.01759, section 2.1; ties by fastText's own order.
"""

from dataclasses import dataclass

import numpy as np

UNBUILT = 10**15  # fastText's "larger than any count"


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Nodes 0 to labels-1 are leaves; the root is the last. first_child, right: int32, -1 at a leaf.

    rank: int32, the place of each leaf when left children are visited first.
    """

    first_child: np.ndarray
    right: np.ndarray
    rank: np.ndarray


def huffman(counts: list[int]) -> Tree:
    """The tree for labels in falling order of their counts.

    >>> tree = huffman([5, 3, 1])
    >>> tree.first_child.tolist(), tree.right.tolist()
    ([-1, -1, -1, 2, 3], [-1, -1, -1, 1, 0])
    """
    labels = len(counts)
    nodes = max(2 * labels - 1, 0)
    weights = [*counts, *([UNBUILT] * (nodes - labels))]
    left = np.full(nodes, -1, np.int32)
    right = np.full(nodes, -1, np.int32)
    leaf, inner = labels - 1, labels
    for parent in range(labels, nodes):
        children = []
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[inner]:
                children.append(leaf)
                leaf -= 1
            else:
                children.append(inner)
                inner += 1
        left[parent], right[parent] = children
        weights[parent] = weights[children[0]] + weights[children[1]]
    return Tree(first_child=left, right=right, rank=_ranks(left, right, labels))


def _ranks(first_child: np.ndarray, right: np.ndarray, labels: int) -> np.ndarray:
    rank = np.zeros(labels, np.int32)
    waiting, seen = ([len(first_child) - 1] if labels else []), 0
    while waiting:
        node = waiting.pop()
        if first_child[node] < 0:
            rank[node] = seen
            seen += 1
        else:
            waiting += [int(right[node]), int(first_child[node])]
    return rank
