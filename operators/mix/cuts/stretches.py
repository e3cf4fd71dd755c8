"""Where the stretches of a plan end, to within a few bins: which documents must be seen one by one to end them exactly.

A copy k of a document at u in a lane of multiplier m lies at t = (k + u) / m on the line of its leaf, t counting
epochs; so after e epochs a document has been taken floor(m * e) + [u < frac(m * e)] times.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.cuts.bisection import MOST_STEPS, Bisection
from corpusmill.operators.mix.cuts.line import Line, place
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.rounding import balancers, bounded, may_fall_short, reserves, slack
from corpusmill.operators.mix.supply.leaves import PARTS, LeafTable
from corpusmill.operators.mix.supply.levels import Bins, Level


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The ends of all stretches, one a (phase, leaf) that takes something; ends by phase, then leaf.

    phase, leaf: per end. low, high: per end, epochs of the leaf's line between which it ends. wide: per end, whether
    all boundaries are in there that it may be moved to, or only those around its target. And one entry per (end, lane
    of its leaf), in order: end, lane; first_pass, first, last_pass, last: the bins to look into; base: tokens of the
    lane's line before them; after_pass, after_u: the place behind them.
    """

    phase: np.ndarray
    leaf: np.ndarray
    low: np.ndarray
    high: np.ndarray
    wide: np.ndarray
    end: np.ndarray
    lane: np.ndarray
    first_pass: np.ndarray
    first: np.ndarray
    last_pass: np.ndarray
    last: np.ndarray
    base: np.ndarray
    after_pass: np.ndarray
    after_u: np.ndarray


def ends_of(plan: MixPlan, line: Line) -> Ends:
    """Every end, with room for rounding to whole documents and for moves."""
    phase, leaf = np.nonzero(plan.targets > 0)
    end, lane = _lanes_of(plan.leaves, leaf)
    bisect = Bisection(line, end, lane, len(leaf))
    stop, room = plan.stops[phase, leaf].astype(np.float64), _room(plan)[phase, leaf]
    few, many = np.maximum(stop - room, 0.0), stop + room
    low, _ = bisect.between(few, np.zeros(len(leaf)), bisect.latest(few), MOST_STEPS, full=True)
    _, high = bisect.between(many, np.zeros(len(leaf)), bisect.latest(many), MOST_STEPS, full=False)
    return _ends(line, phase, leaf, low, high, np.ones(len(leaf), bool), end, lane)


def nearer(plan: MixPlan, line: Line, ends: Ends, wide: np.ndarray) -> Ends:
    """The same ends as near as the line's bins tell them, which all lie in what `ends` looks into.

    wide: per end, as in Ends; the leaves of a phase that balance always have their room.
    """
    wide = wide | (ends.leaf == balancers(plan)[ends.phase]) | (reserves(plan)[ends.phase, ends.leaf] > 0)
    stop = plan.stops[ends.phase, ends.leaf].astype(np.float64)
    room = np.where(wide, _room(plan)[ends.phase, ends.leaf], 0.0)
    bisect = Bisection(line, ends.end, ends.lane, len(ends.leaf))
    steps = bisect.steps(ends.low, ends.high)
    low, _ = bisect.between(np.maximum(stop - room, 0.0), ends.low, ends.high, steps, full=True)
    _, high = bisect.between(stop + room, ends.low, ends.high, steps, full=False)
    low = np.minimum(low, high)  # over empty bins behind a boundary exactly at its target they cross
    return _ends(line, ends.phase, ends.leaf, low, high, wide, ends.end, ends.lane)


def visits(level: Level, ends: Ends) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What each entry looks into, pass after pass: entry, pass, first bin, and the one behind the last."""
    count = ends.last_pass - ends.first_pass + 1
    entry = np.repeat(np.arange(len(count)), count)
    passes = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count) + ends.first_pass[entry]
    begin, stop = level.lanes(ends.lane)
    first = np.where(passes == ends.first_pass[entry], ends.first[entry], begin[entry])
    return entry, passes, first, np.where(passes == ends.last_pass[entry], ends.last[entry] + 1, stop[entry])


def bins_to_survey(bins: Bins, ends: Ends) -> np.ndarray:
    """The bins whose documents are wanted one by one, int64, rising."""
    _, _, first, behind = visits(bins.last, ends)
    open_ = np.zeros(len(bins) + 1, np.int32)
    np.add.at(open_, first, 1)
    np.add.at(open_, behind, -1)
    return np.flatnonzero(np.cumsum(open_, out=open_) > 0)


def _room(plan: MixPlan) -> np.ndarray:
    """(phases, leaves): how far from its target a leaf may have to look for its end, in tokens."""
    out = np.zeros(plan.targets.shape) + plan.leaves.largest + 1  # so that the boundaries on both sides are seen
    out += np.where(bounded(plan), plan.leaves.largest.max(initial=0), 0)  # a window may ask for more, see `leeway`
    lost = np.where(may_fall_short(plan), plan.leaves.largest, 0).sum(axis=1)[:, None]
    out += np.where(reserves(plan) > 0, np.minimum(lost, plan.caps - plan.stops), 0)
    out[np.arange(len(out)), balancers(plan)] += np.cumsum(slack(plan)) + 2 * plan.leaves.largest.max(initial=0)
    return out


def _lanes_of(leaves: LeafTable, leaf: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = np.diff(leaves.first_lane)[leaf]
    end = np.repeat(np.arange(len(leaf)), count)
    lane = np.arange(len(end)) - np.repeat(np.cumsum(count) - count, count) + leaves.first_lane[leaf][end]
    return end, lane


def _ends(
    line: Line,
    phase: np.ndarray,
    leaf: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    wide: np.ndarray,
    end: np.ndarray,
    lane: np.ndarray,
) -> Ends:
    times, level = line.lanes.parts[lane] / PARTS, line.bins.last
    first_pass, u = place(low[end] * times)
    cell, first = line.bins.find(lane, u)
    base = line.before[first] + line.shift[cell] + first_pass * line.lanes.tokens[lane]
    last_pass, u = place(high[end] * times)
    cell, last = line.bins.find(lane, u)
    depth = level.depth[cell] + level.bits[cell]
    width = np.uint64(1) << (64 - np.maximum(depth, 1)).astype(np.uint64)
    after_u = np.where(depth > 0, (u & ~(width - np.uint64(1))) + width, np.uint64(0))  # 0 also behind the last bin
    return Ends(
        phase=phase,
        leaf=leaf,
        low=low,
        high=high,
        wide=wide,
        end=end,
        lane=lane,
        first_pass=first_pass,
        first=first,
        last_pass=last_pass,
        last=last,
        base=base,
        after_pass=last_pass + (after_u == 0),
        after_u=after_u,
    )
