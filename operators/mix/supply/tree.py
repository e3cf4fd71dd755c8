"""The leaves as a tree: one row of nodes per level, children of a node side by side."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tree:
    """order: leaf numbers in tree order. For each level, top first: `starts`, the first leaf (in tree order) of each
    node, and `parents`, the number of its parent in the level above (zeros at the top). The last level is the leaves.
    """

    order: np.ndarray
    starts: tuple[np.ndarray, ...]
    parents: tuple[np.ndarray, ...]

    def sums(self, level: int, values: np.ndarray) -> np.ndarray:
        """Values of the leaves (in tree order) added up over each node of a level."""
        return np.add.reduceat(values, self.starts[level]) if len(values) else values


def tree_of(codes: np.ndarray, groups: list[list[int]]) -> Tree:
    """The tree whose level i splits by the columns `groups[i]` of `codes`; columns in no group make a last level."""
    used = [c for group in groups for c in group]
    rest = [c for c in range(codes.shape[1]) if c not in used]
    levels = [*groups, rest] if rest else groups
    columns = [c for level in levels for c in level]
    order = np.lexsort(codes[:, columns[::-1]].T) if len(codes) else np.zeros(0, np.int64)
    sorted_codes = codes[order]
    new = np.zeros(len(codes), bool)
    new[:1] = True
    starts, parents = [], []
    above = np.zeros(len(codes), np.int64)
    for level in levels:
        for c in level:
            new[1:] |= sorted_codes[1:, c] != sorted_codes[:-1, c]
        first = np.flatnonzero(new)
        starts.append(first)
        parents.append(above[first])
        above = np.cumsum(new) - 1
    return Tree(order, tuple(starts), tuple(parents))
