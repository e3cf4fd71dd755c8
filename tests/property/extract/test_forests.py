"""Forests of any shape are read by the kernel as by the plain walk."""

import numpy as np
import pytest

from corpusmill.operators.extract.html.base.workspace import CHUNK, FEATURES
from corpusmill.operators.extract.html.model.forest import Forest, forest, joint_cuts, on_cuts, probability
from corpusmill.operators.extract.html.model.ranks import rank_columns
from corpusmill.operators.extract.html.model.trees import add_leaves, score_blocks

CUTS = np.array([-2.5, -1, -0.0, 0, 0.5, 1, 3], np.float32)


def grown(random: np.random.Generator, leaves: list[int], features: int, cuts: np.ndarray) -> Forest:
    """Trees of so many leaves that split at random."""
    root, link, threshold, value = [], [], [], []
    for count in leaves:
        root.append(len(link))
        shape: dict[int, tuple[int, int]] = {}
        level, first, made = [0], 1, 1
        while level:
            below = []
            for node in level:
                if made < count and (random.random() < 0.7 or node == level[-1]):
                    shape[node] = (first, int(random.integers(features)))
                    below += [first, first + 1]
                    first, made = first + 2, made + 1
            level = below
        for node in range(first):
            left, feature = shape.get(node, (node, 0))
            link.append((root[-1] + left) << 8 | feature)
            threshold.append(random.choice(cuts) if node in shape else np.inf)
            value.append(0 if node in shape else random.normal())
    depth = np.zeros(len(root), np.int32)
    return forest(
        np.array(root, np.uint32),
        depth,
        np.array(link, np.uint32),
        np.array(threshold, np.float32),
        np.array(value, np.float32),
    )


@pytest.mark.parametrize(
    ("leaves", "features"), [([1], 1), ([2], 1), ([1, 5, 1], 2), ([47, 31, 8, 2, 63], 40), ([256, 255], 255)]
)
@pytest.mark.parametrize("rows", [1, 33, 64, 65, CHUNK, CHUNK + 1])
def test_a_random_forest(leaves, features, rows):
    random = np.random.default_rng(7 + rows)
    trees = grown(random, leaves, features, CUTS)
    blocks = random.choice(np.concatenate([CUTS, CUTS + np.float32(0.25)]), (rows, features + 3)).astype(np.float32)
    score = np.empty(rows, np.float32)
    score_blocks(blocks, rows, trees, score)
    for row in range(rows):
        assert score[row] == pytest.approx(probability(trees, blocks[row]), abs=1e-6)


def test_two_forests_read_the_same_ranks():
    """Of features that one of them alone uses too, with more blocks than a chunk, half of them ranked later."""
    random = np.random.default_rng(3)
    first = grown(random, [20, 9], 12, CUTS[:4])
    second = grown(random, [40, 3, 11], 20, CUTS[2:])
    cuts = joint_cuts(first, second)
    rows = CHUNK + 40
    blocks = random.choice(np.concatenate([CUTS, CUTS + np.float32(0.25)]), (rows, 20)).astype(np.float32)
    ranks = np.empty((2, FEATURES, CHUNK), np.uint8)
    middle = len(cuts.column) // 2
    for begin, end in ((0, middle), (middle, len(cuts.column))):
        rank_columns(blocks.view(np.int32), rows, cuts, begin, end, ranks)
    score = np.empty(rows, np.float32)
    for trees in (first, second):
        add_leaves(rows, on_cuts(trees, cuts), ranks, score)
        assert score.tolist() == pytest.approx([probability(trees, row) for row in blocks], abs=1e-6)


def test_255_thresholds_of_one_feature_are_distinguished():
    random = np.random.default_rng(1)
    cuts = np.arange(255, dtype=np.float32)
    trees = grown(random, [256] * 20, 1, cuts)
    assert len(trees.cuts.cut) > 250
    blocks = np.arange(-1, 257, dtype=np.float32)[:, None]
    score = np.empty(len(blocks), np.float32)
    score_blocks(blocks, len(blocks), trees, score)
    assert score.tolist() == pytest.approx([probability(trees, row) for row in blocks], abs=1e-6)


def test_what_a_byte_cannot_count_is_refused():
    random = np.random.default_rng(1)
    with pytest.raises(ValueError, match="a tree has 257 leaves, at most 256"):
        grown(random, [257], 3, CUTS)
    with pytest.raises(ValueError, match="feature 0 has 256 thresholds, at most 255"):
        grown(random, [256] * 60, 1, np.arange(256, dtype=np.float32))
