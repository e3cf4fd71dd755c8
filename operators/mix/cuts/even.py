"""Evens out what nearest boundaries leave over where leaves have few documents: many leaves take the other side.

A leaf lies between two boundaries, and nearest is one of them. Where the sum over a window, over a value of a column or
over all leaves is off, leaves of it go to the other boundary until it is nearest to what was planned: first those that
stay within half of their largest document, then those that are nearest to the middle of theirs. Who goes up and who
goes down is one order in both directions, so that with a larger budget hardly a leaf goes back.

An order and a pass over it do not find the least sum of deviations, which for two columns or more would be an integer
program; what this leaves `settle` puts right leaf by leaf.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.cuts.settle import Goals

ROUNDS = 8  # over windows, columns and the total; each may put off what another put right
STEPS = (5**0.5 / 2 - 0.5, 2**0.5 - 1, 3**0.5 - 1, 7**0.5 - 2)  # their multiples lie evenly in [0, 1)


@dataclass(frozen=True)
class Sides:
    """Per leaf that may change sides: its number, where it stops, and where it would beyond its target."""

    leaf: np.ndarray
    here: np.ndarray
    there: np.ndarray


def evened(goals: Goals, sides: Sides, stops: np.ndarray, total: int, *, far: bool) -> np.ndarray:
    """Which of the sides change, as booleans. total: what all stops should sum to.

    far: whether a leaf may end more than half of its largest document off its target.
    """
    by = (sides.there - sides.here).astype(np.float64)
    target, half = goals.targets[sides.leaf], goals.half[sides.leaf]
    off = [np.abs(at - target) for at in (sides.here, sides.there)]
    beyond = [np.maximum(o - half, 0.0) for o in off]
    nearer, worse = ((pair[1] - pair[0]) / np.abs(by) for pair in (off, beyond))
    free = (beyond[1] == 0) | far
    even = _spread(goals.codes)[sides.leaf]
    changed, stops = np.zeros(len(by), bool), stops.copy()
    for _ in range(ROUNDS):
        before = changed.copy()
        for codes, tokens in _groups(goals, stops, total):
            back = np.where(changed, -1.0, 1.0)
            hurts = _hurts(goals, sides.leaf, back * by, stops)
            lean = np.where(back * by > 0, even, -even)
            order = np.lexsort((lean, back * nearer, back * worse, hurts, back * worse > 0))
            order = order[free[order]]
            flip = order[_first(codes[sides.leaf[order]], (back * by)[order], tokens)]
            np.add.at(stops, sides.leaf[flip], (back * by)[flip].astype(np.int64))
            changed[flip] ^= True
        if (changed == before).all():
            break
    return changed


def _hurts(goals: Goals, leaf: np.ndarray, by: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """In how many columns each move, alone, brings a value further off than it may be."""
    out = np.zeros(len(by), np.int8)
    for column in range(len(goals.planned)):
        off = goals.along(column, stops)[goals.codes[leaf, column]]
        out += np.abs(off + by) > np.maximum(np.abs(off), goals.allowed)
    return out


def _spread(codes: np.ndarray) -> np.ndarray:
    """An order of leaves, as numbers in [0, 1): any stretch of it has about its part of each value of each column."""
    steps = np.array([STEPS[column % len(STEPS)] for column in range(codes.shape[1])])
    return np.asarray((codes * steps).sum(axis=1) % 1.0)


def _groups(goals: Goals, stops: np.ndarray, total: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """What is off, as it comes to be: each leaf's group, -1 for none, and the tokens each group should get or give."""
    for column in range(len(goals.planned)):
        off = goals.along(column, stops)
        yield goals.codes[:, column], np.where(np.abs(off) > goals.allowed, -off, 0.0)
    for number, inside in enumerate(goals.windows):
        low, high = (share[number] * float(total - goals.previous.sum()) for share in (goals.low, goals.high))
        there = float((stops - goals.previous)[inside].sum())
        yield np.where(inside, 0, -1), np.array([np.clip(there, low, high) - there])
    yield np.zeros(len(stops), np.int64), np.array([float(total - stops.sum())])


def _first(group: np.ndarray, by: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Of moves in order, those that bring each group nearest to what it wants; places, rising."""
    want = np.where(group >= 0, targets[np.maximum(group, 0)], 0.0)
    usable = np.flatnonzero((by * want > 0) & (np.abs(by) < 2 * np.abs(want)))
    usable = usable[np.argsort(group[usable], kind="stable")]
    size, group = np.abs(by[usable]), group[usable]
    until = np.cumsum(size)
    first = np.searchsorted(group, group)
    before = until - size - (until - size)[first]
    return usable[before + size / 2 < np.abs(want[usable])]
