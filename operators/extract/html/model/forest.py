"""A forest as it is stored, node by node, and as the kernels read it.

Stored, node k leads to `link[k] >> 8`, or to the node after that; a leaf leads to itself. The kernels ask every node of
a tree in turn: is a block here, and is it above the threshold? So a node needs a number for "here", and no link.
"""

from dataclasses import dataclass, fields

import numpy as np

from corpusmill.operators.extract.html.base.workspace import CHUNK
from corpusmill.operators.text.by_reference import ByReference

MOST = 255  # thresholds of one feature, and leaves of one tree but one: what a byte counts


@dataclass(frozen=True, eq=False)
class Cuts(ByReference):
    """Thresholds by feature, of one forest or of several that read the same ranks."""

    column: np.ndarray  # int64 by feature used: which column of a row it is, rising
    cut_from: np.ndarray  # int64 by feature used, and at the end: its part of `cut`
    cut: np.ndarray  # int32: its thresholds, rising; the bits of float32, turned around below 0


@dataclass(frozen=True, eq=False)
class Forest(ByReference):
    """Trees laid end to end: first what is stored of them, then what `forest` makes of it."""

    root: np.ndarray  # uint32 by tree
    depth: np.ndarray  # int32 by tree
    link: np.ndarray  # uint32 by node: the left child in the upper 24 bits, the feature in the lower 8
    threshold: np.ndarray  # float32 by node, infinite in leaves
    value: np.ndarray  # float32 by node, 0 in inner nodes

    cuts: Cuts
    node_from: np.ndarray  # int64 by tree, and at the end: its part of `node`
    # uint32 by inner node: where its feature's ranks begin; as four equal bytes each: the least rank that goes right,
    # less 128; the leaf here; leaves from here to the right
    node: np.ndarray
    leaf_from: np.ndarray  # int64 by tree: its part of `leaf`
    leaf: np.ndarray  # float32: values from left to right


STORED = tuple(field.name for field in fields(Forest)[:5])


def forest(
    root: np.ndarray,
    depth: np.ndarray,
    link: np.ndarray,
    threshold: np.ndarray,
    value: np.ndarray,
    cuts: Cuts | None = None,
) -> Forest:
    """The forest of these trees, each laid out from the root down. cuts: of more than these trees (`joint_cuts`).

    ValueError: a tree has more than 256 leaves, or a feature more than 255 thresholds; train with a smaller `max_bin`.
    """
    inner, feature, left = np.isfinite(threshold), link & 255, (link >> 8).astype(np.int64)
    tree = np.searchsorted(root, np.arange(len(link)), side="right") - 1
    leaves = (~inner).astype(np.int64)
    for k in np.flatnonzero(inner)[::-1].tolist():
        leaves[k] = leaves[left[k]] + leaves[left[k] + 1]
    here = np.zeros(len(link), np.int64)  # the leftmost leaf below a node, counted within its tree
    for k in np.flatnonzero(inner).tolist():
        here[left[k]] = here[k]
        here[left[k] + 1] = here[k] + leaves[left[k]]
    most = int(leaves.max(initial=0))
    if most > MOST + 1:
        raise ValueError(f"a tree has {most} leaves, at most {MOST + 1} can be counted in a byte")

    ordered = _ordered(threshold[inner])
    if cuts is None:
        cuts = _cuts(feature[inner].astype(np.int64), ordered)
    used = np.searchsorted(cuts.column, feature[inner])
    rank = np.zeros(len(ordered), np.int64)
    for k in np.unique(used).tolist():
        its = cuts.cut[cuts.cut_from[k] : cuts.cut_from[k + 1]]
        rank[used == k] = np.searchsorted(its, ordered[used == k])

    step = here[left[inner] + 1] - here[inner]
    node = np.stack([used * CHUNK, *((each & 255) * 0x01010101 for each in (rank + 1 - 128, here[inner], step))], 1)
    ends = np.flatnonzero(~inner)
    by_tree = ends[np.lexsort((here[ends], tree[ends]))]
    return Forest(
        root,
        depth,
        link,
        threshold,
        value,
        cuts,
        np.searchsorted(tree[inner], np.arange(len(root) + 1)),
        node.astype(np.uint32),
        np.searchsorted(tree[by_tree], np.arange(len(root))),
        value[by_tree],
    )


def joint_cuts(*forests: Forest) -> Cuts:
    """The thresholds of all these forests. ValueError: more than 255 of one feature."""
    features = [np.repeat(each.cuts.column, np.diff(each.cuts.cut_from)) for each in forests]
    return _cuts(np.concatenate(features), np.concatenate([each.cuts.cut for each in forests]))


def on_cuts(of: Forest, cuts: Cuts) -> Forest:
    """The same trees over the ranks of other thresholds, which hold all of their own."""
    return forest(of.root, of.depth, of.link, of.threshold, of.value, cuts)


def _cuts(feature: np.ndarray, ordered: np.ndarray) -> Cuts:
    column, used = np.unique(feature, return_inverse=True)
    found = [np.unique(ordered[used == k]) for k in range(len(column))]
    for k, its in enumerate(found):
        if len(its) > MOST:
            raise ValueError(f"feature {column[k]} has {len(its)} thresholds, at most {MOST} can be counted in a byte")
    ends = np.cumsum([0, *map(len, found)])
    return Cuts(column.astype(np.int64), ends, np.concatenate([np.zeros(0, np.int32), *found]))


def _ordered(values: np.ndarray) -> np.ndarray:
    """int32 that compare as these finite float32 do; 0 stands for -0 too."""
    bits = (values + np.float32(0)).view(np.int32)
    return bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))


def probability(of: Forest, features: np.ndarray) -> float:
    """The plain walk for one block: the logistic of the sum of leaf values."""
    total = np.float32(0)
    for root in of.root:
        node = int(root)
        while np.isfinite(of.threshold[node]):
            link = int(of.link[node])
            node = (link >> 8) + int(features[link & 255] > of.threshold[node])
        total += of.value[node]
    return float(1 / (1 + np.exp(-total)))
