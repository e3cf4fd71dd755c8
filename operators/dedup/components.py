"""Connected components: union-find where the edges fit in memory, and one step of a distributed algorithm where not.

Source: Kiveris et al. 2014, "Connected Components in MapReduce and Beyond": large-star and small-star, alternated, turn
        any graph into stars around the smallest node of each component, in O(log^2 n) rounds.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.dedup.edges import Edges
from corpusmill.operators.dedup.forest import settle, unite
from corpusmill.operators.text.kernel import njit


@dataclass(frozen=True, kw_only=True, eq=False)
class Members:
    """`node` int64[n], distinct and sorted; `root` int64[n], the smallest node of its component."""

    node: np.ndarray
    root: np.ndarray


def components(edges: Edges) -> Members:
    """The component of every node that has an edge."""
    nodes = np.unique(np.concatenate((edges.low, edges.high)))
    parent = np.arange(len(nodes))
    _unite(np.searchsorted(nodes, edges.low), np.searchsorted(nodes, edges.high), parent)
    return Members(node=nodes, root=nodes[parent])


def contracted(edges: Edges) -> Edges:
    """The fewest edges with the same components: a star around the smallest node of each."""
    members = components(edges)
    leaves = members.node != members.root
    return Edges(low=members.root[leaves], high=members.node[leaves])


@njit(nogil=True, cache=True)
def _unite(first: np.ndarray, second: np.ndarray, parent: np.ndarray) -> None:
    """Afterwards parent[i] is the root of i. Nodes are numbered in order."""
    for i in range(len(first)):
        unite(parent, first[i], second[i])
    settle(parent)


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """The edges after a step, without doubles; and how many nodes were not yet part of a finished star before it."""

    edges: Edges
    unfinished: int


def large_star(node: np.ndarray, other: np.ndarray) -> Step:
    """Each node links its larger neighbours to its smallest neighbour (or to itself, if it is smaller).

    node, other: int64[n], every edge from both its ends, in any order, ALL edges of a node in this call. A node belongs
    to a finished star when it is smaller than all its neighbours, or has one neighbour, and a smaller one.
    """
    node, other = _in_order(node, other)
    starts, sizes = _groups(node)
    smallest = np.minimum(other[starts], node[starts]) if len(starts) else np.empty(0, np.int64)
    finished = (smallest == node[starts]) | (sizes == 1)
    to = np.repeat(smallest, sizes)
    larger = other > node
    return Step(edges=_distinct(to[larger], other[larger]), unfinished=int((~finished).sum()))


def small_star(node: np.ndarray, other: np.ndarray) -> Step:
    """Each node links itself and its smaller neighbours to the smallest of them.

    node, other: int64[n], every edge once, from its larger end, in any order, all edges of a larger end in this call.
    """
    node, other = _in_order(node, other)
    starts, sizes = _groups(node)
    smallest = np.repeat(other[starts], sizes)
    inner = other != smallest
    low = np.concatenate((smallest[inner], other[starts]))
    high = np.concatenate((other[inner], node[starts]))
    return Step(edges=_distinct(low, high), unfinished=int((sizes > 1).sum()))


def _in_order(node: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs sorted by (node, other), each once."""
    order = np.lexsort((other, node))
    node, other = node[order], other[order]
    fresh = np.ones(len(node), np.bool_)
    fresh[1:] = (node[1:] != node[:-1]) | (other[1:] != other[:-1])
    return node[fresh], other[fresh]


def _groups(node: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts = np.flatnonzero(np.concatenate((np.ones(min(1, len(node)), np.bool_), node[1:] != node[:-1])))
    return starts, np.diff(np.append(starts, len(node)))


def _distinct(low: np.ndarray, high: np.ndarray) -> Edges:
    low, high = _in_order(low, high)
    return Edges(low=low, high=high)
