"""What rounding to whole documents leaves over, as far as a plan tells: who takes it up, and how far one may be off.

With many documents a leaf nearest boundaries are off to both sides and nearly cancel. With few they do not: of 1,000
leaves that aim at a third of their only document, none would get any. A phase in which that can matter is `crowded`.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.supply.leaves import PARTS

AXIS = (
    0.0009  # of all tokens: how far a value of a column may be off its planned share; a tenth of a point and a margin
)
FAR = 4  # documents, the longest of the middle leaf, that one leaf takes up without many others being moved; a guess


@dataclass(frozen=True, kw_only=True)
class Rounding:
    """What this file tells of a plan, worked out once. Per phase, or (phases, leaves)."""

    balancers: np.ndarray
    ease: np.ndarray
    crowded: np.ndarray
    reserves: np.ndarray

    @classmethod
    def of(cls, plan: MixPlan) -> "Rounding":
        """All of it."""
        return cls(balancers=balancers(plan), ease=ease(plan), crowded=crowded(plan), reserves=reserves(plan))


def balancers(plan: MixPlan) -> np.ndarray:
    """Per phase the leaf that takes up what rounding leaves over elsewhere.

    Of the leaves that their caps leave free, and if it can be are in no window, it is the one whose target is the most
    times its longest document.
    """
    spare = (plan.caps - plan.stops > slack(plan)[:, None]) & (plan.targets > 0)
    times = plan.targets / np.maximum(plan.leaves.largest, 1)
    better = np.where(spare & ~bounded(plan), 2, np.where(spare, 1, 0))
    return np.argmax(times + better * (times.max(initial=0.0) + 1), axis=1)


def bounded(plan: MixPlan) -> np.ndarray:
    """(phases, leaves): which leaves are part of a window of the phase."""
    found = np.zeros(plan.targets.shape, bool)
    for number, phase in enumerate(plan.phases):
        for bound in phase.bounds:
            found[number] |= plan.leaves.matches(bound.where)
    return found


def slack(plan: MixPlan) -> np.ndarray:
    """Per phase, what rounding to whole documents can leave over: leaves under half a document get none, the others
    are off by up to half a document either way, in sum beyond four times the root of squares hardly ever.
    """
    half = plan.leaves.largest / 2 + 1
    small = plan.stops < half
    return np.where(small, plan.stops, 0).sum(axis=1) + 4 * np.sqrt(np.where(small, 0, half**2).sum(axis=1))


def near_cap(plan: MixPlan) -> np.ndarray:
    """(phases, leaves): whether half a document more may lie above the leaf's cap."""
    return plan.stops + plan.leaves.largest / 2 > plan.caps


def may_fall_short(plan: MixPlan) -> np.ndarray:
    """(phases, leaves): whether the boundary above a target may lie above the leaf's cap, so that it ends up to a whole
    document below. A cap of whole epochs is a boundary itself, unless documents have multipliers.
    """
    leaves, lanes = plan.leaves, plan.leaves.lanes
    once = (np.diff(leaves.first_lane) == 1) & (lanes.parts[leaves.first_lane[:-1]] == PARTS)
    whole = once & (plan.caps % np.maximum(leaves.tokens, 1) == 0)
    return near_cap(plan) & ~whole & (plan.stops > 0)


def reserves(plan: MixPlan) -> np.ndarray:
    """(phases, leaves): the order, from 1, in which leaves take up what such caps keep others from; 0: they do not.

    Those with most room, as few as can take up all that can be lost so; none where the leaf that balances has the room.
    """
    largest, short = plan.leaves.largest, may_fall_short(plan)
    lost, out = np.where(short, largest, 0).sum(axis=1), np.zeros(plan.stops.shape, np.int64)
    for phase, balancer in enumerate(balancers(plan).tolist()):
        room = np.where((plan.targets[phase] > 0) & ~short[phase], plan.caps - plan.stops[phase] - largest, 0)
        left = lost[phase] - max(int(room[balancer]), 0)
        room[balancer] = 0
        order = np.argsort(-room, kind="stable")
        order = order[: int(np.searchsorted(np.cumsum(room[order]), left)) + 1] if left > 0 else order[:0]
        order = order[room[order] > 0]
        out[phase, order] = np.arange(len(order)) + 1
    return out


def leeway(plan: MixPlan) -> np.ndarray:
    """Tokens that each leaf may end off its target where a window asks for it: its largest document, and the largest of
    all, as the total that the window is a share of may be off by that.
    """
    return plan.leaves.largest + int(plan.leaves.largest[plan.taken > 0].max(initial=0))


def ease(plan: MixPlan) -> np.ndarray:
    """Per phase, the tokens that the balancing leaf takes up without many others being moved: as many as a value of a
    column may be off, at least FAR documents.
    """
    largest = plan.leaves.largest[plan.taken > 0]
    return np.maximum(AXIS * plan.stops.sum(axis=1), FAR * float(np.median(largest)) if len(largest) else 0.0)


def crowded(plan: MixPlan) -> np.ndarray:
    """Per phase, whether all leaves off by half their largest document, to the same side, would be more than the leaf
    that balances has room for, or takes up with `ease`.

    Only there may a leaf end at the farther one of the two boundaries around its target, a document off at most.
    """
    largest = plan.leaves.largest
    off = np.where(plan.taken > 0, np.where(may_fall_short(plan), largest, largest / 2), 0.0).sum(axis=1)
    row = np.arange(len(off)), balancers(plan)
    before = np.concatenate([np.zeros((1, len(largest)), np.int64), plan.stops[:-1]])
    room = np.minimum(plan.caps - plan.stops, plan.stops - before)[row] - largest[row[1]]
    return off > np.minimum(room, ease(plan))
