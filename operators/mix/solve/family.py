"""One phase: leaf targets in whole tokens, level by level from the top, inside every bound.

A node's tokens go to its children by clip(beta * wanted, lower, upper). What a capped child cannot take goes to its
siblings first: a language that runs short never moves its domain's share.
"""

import math
from dataclasses import dataclass

import numpy as np

from corpusmill.errors import Infeasible, SpecError
from corpusmill.operators.mix.solve.allocate import allocate
from corpusmill.operators.mix.spec.where import Bound, in_words
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.tree import Tree


@dataclass(frozen=True)
class NodeBound:
    """Shares a node of the tree must keep, and the rule's words."""

    level: int
    node: int
    low: float
    high: float
    name: str


@dataclass(frozen=True)
class Given:
    """Tokens per leaf, int64, and per leaf the number of the bound that stopped it (-1: none; -2: its epochs)."""

    tokens: np.ndarray
    stopped: np.ndarray


NOTHING, EPOCHS = -1, -2
SHOWN = 12  # values of a column, in a message


def _there(leaves: LeafTable, bound: Bound) -> str:
    """Which values the columns of a bound have, the first of each."""
    values = {column: leaves.values[leaves.columns.index(column)] for column in bound.where}
    return "; ".join(
        f"{column} is {', '.join(v or 'empty' for v in there[:SHOWN])}" + (", ..." if len(there) > SHOWN else "")
        for column, there in values.items()
    )


def bounds_in(tree: Tree, leaves: LeafTable, bounds: tuple[Bound, ...]) -> tuple[list[NodeBound], list[Bound]]:
    """Bounds that pick exactly one node of the tree, and those that cross it."""
    inside, crossing = [], []
    for bound in bounds:
        hit = leaves.matches(bound.where)
        if not hit.any():
            if bound.min > 0:
                raise SpecError(
                    f"a bound names {in_words(bound.where)}, which no document has; {_there(leaves, bound)}"
                )
            continue
        sorted_hit = hit[tree.order]
        for level, starts in enumerate(tree.starts):
            node = int(np.searchsorted(starts, np.argmax(sorted_hit), side="right")) - 1
            end = starts[node + 1] if node + 1 < len(starts) else len(sorted_hit)
            if sorted_hit[starts[node] : end].all() and end - starts[node] == sorted_hit.sum():
                inside.append(NodeBound(level, node, bound.min, bound.max, in_words(bound.where)))
                break
        else:
            crossing.append(bound)
    return inside, crossing


def share_out(tree: Tree, shares: np.ndarray, caps: np.ndarray, bounds: list[NodeBound], budget: int) -> Given:
    """Tokens per leaf (leaf order), summing to the budget. shares, caps: per leaf; caps int64. Raises Infeasible."""
    want = [tree.sums(level, shares[tree.order]) for level in range(len(tree.starts))]
    lower, upper = limits(tree, want, caps[tree.order], bounds, budget)
    totals = np.array([budget])
    stopped = np.full(1, NOTHING)
    for level, parent in enumerate(tree.parents):
        tokens = allocate(want[level], lower[level], upper[level], parent, totals)
        stopped = stopped[parent].copy()
        for i, b in enumerate(bounds):
            if b.level == level and tokens[b.node] in window(b.low, b.high, budget):
                stopped[b.node] = i
        totals = tokens
    tight = (totals == upper[-1]) & (totals == caps[tree.order]) & (totals > 0)
    stopped = np.where(tight, EPOCHS, stopped)
    out, why = np.zeros(len(totals), np.int64), np.zeros(len(totals), np.int64)
    out[tree.order], why[tree.order] = totals, stopped
    return Given(out, why)


def limits(
    tree: Tree, want: list[np.ndarray], caps: np.ndarray, bounds: list[NodeBound], budget: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Per level, the fewest and most tokens each node can take, its own bounds and its children's together."""
    low, high = np.zeros(len(caps), np.int64), np.where(want[-1] > 0, caps, 0)
    lower, upper = [], []
    for level in range(len(tree.starts) - 1, -1, -1):
        if level < len(tree.starts) - 1:
            count = len(tree.starts[level])
            low, high = (_gather(tree.parents[level + 1], x, count) for x in (low, high))
        for b in bounds:
            if b.level != level:
                continue
            least, most = window(b.low, b.high, budget)
            need, have = max(int(low[b.node]), least), min(int(high[b.node]), most)
            if need > have:
                raise Infeasible(b.name, need, have, _blame(int(high[b.node]), have))
            low[b.node], high[b.node] = need, have
        lower.insert(0, low)
        upper.insert(0, high)
    if low.sum() > budget:
        names = " + ".join(b.name for b in bounds if b.low > 0)
        raise Infeasible(f"the sum of all minimum shares, {names},", int(low.sum()), budget, "the budget is")
    if high.sum() < budget:
        raise Infeasible("the budget", budget, int(high.sum()), "epoch caps and share limits allow at most")
    return lower, upper


def _blame(supply: int, have: int) -> str:
    return "its leaves have, within their epochs," if supply == have else "its maximum share allows"


def _gather(parent: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    out = np.zeros(count, np.int64)
    np.add.at(out, parent, values)
    return out


def window(least: float, most: float, budget: int) -> tuple[int, int]:
    """Shares as whole tokens, rounded inwards; where no whole number lies between them, the nearest.

    >>> window(0.15, 0.2, 1001), window(0.15, 0.15, 1001)
    ((151, 200), (150, 150))
    """
    low, high = math.ceil(least * budget - 1e-6), math.floor(most * budget + 1e-6)
    nearest = round(least * budget)
    return (low, high) if low <= high else (nearest, nearest)
