"""Puts windows and shares right after rounding, with the fewest and smallest moves between document boundaries."""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.rounding import AXIS

WINDOW_WEIGHT = 1e4  # a window left counts as so many times an axis that is off: it goes before all else
SMALL = 1e-5  # of two moves that do equally well, the one that keeps the leaf nearer to its target
MOST_MOVES = 256
FIRST_OF_TWO = 64
NO_GAIN = -1e-6


@dataclass(frozen=True)
class Options:
    """Boundaries that leaves may move to: end, leaf and boundary by number, and tokens on the leaf's line before it."""

    end: np.ndarray
    leaf: np.ndarray
    boundary: np.ndarray
    tokens: np.ndarray

    def __len__(self) -> int:
        return len(self.end)


@dataclass(frozen=True)
class Goals:
    """What leaves must come to together. Windows are of one phase, the values of columns of all phases up to it.

    windows: bool (windows, leaves); low, high: the share of the phase's tokens that each takes at least and at most.
    margin: tokens that each keeps from its edges, because the phase's total may yet move. codes: (leaves, columns).
    planned: per column, tokens of each value; allowed: tokens it may be off. targets, previous: per leaf, where it
    should stop, and where the phase before did; half: half of its largest document. cap: of the balancing leaf.
    """

    windows: np.ndarray
    low: np.ndarray
    high: np.ndarray
    margin: np.ndarray
    codes: np.ndarray
    planned: tuple[np.ndarray, ...]
    allowed: float
    targets: np.ndarray
    previous: np.ndarray
    half: np.ndarray
    balancer: int
    cap: int

    @classmethod
    def of(cls, plan: MixPlan, phase: int, previous: np.ndarray, balancer: int) -> "Goals":
        """The goals of one phase."""
        leaves = plan.leaves
        bounds = plan.phases[phase].bounds
        windows = np.array([leaves.matches(b.where) for b in bounds], bool).reshape(len(bounds), len(leaves))
        targets, highs = plan.stops[phase].astype(np.float64), np.array([b.max for b in bounds])
        planned = [
            np.bincount(leaves.codes[:, c], weights=targets, minlength=len(values))
            for c, values in enumerate(leaves.values)
        ]
        return cls(
            windows=windows,
            low=np.array([b.min for b in bounds]),
            high=highs,
            margin=np.where(windows[:, balancer], 1.0, highs) * float(leaves.largest[balancer]) / 2,
            codes=leaves.codes,
            planned=tuple(planned),
            allowed=AXIS * float(targets.sum()),
            targets=targets,
            previous=previous,
            half=leaves.largest / 2,
            balancer=balancer,
            cap=int(plan.caps[balancer]),
        )

    @property
    def windowed(self) -> np.ndarray:
        """Leaves of any window, as booleans."""
        return np.asarray(self.windows.any(axis=0))

    def inside(self, stops: np.ndarray) -> np.ndarray:
        """Tokens of the phase in each window."""
        return self.windows @ (stops - self.previous).astype(np.float64)

    def along(self, column: int, stops: np.ndarray) -> np.ndarray:
        """Tokens by which each value of a column is off, all phases so far."""
        values = len(self.planned[column])
        return np.bincount(self.codes[:, column], weights=stops, minlength=values) - self.planned[column]

    def remaining_windows(self, stops: np.ndarray) -> np.ndarray:
        """Which windows are left."""
        total, inside = float((stops - self.previous).sum()), self.inside(stops)
        return (inside < self.low * total) | (inside > self.high * total)

    def missed(self, stops: np.ndarray) -> bool:
        """Whether a window is left, or an axis off."""
        axes = (np.abs(self.along(c, stops)).max(initial=0.0) > self.allowed for c in range(len(self.planned)))
        return bool(self.remaining_windows(stops).any()) or any(axes)

    def concerned(self, stops: np.ndarray) -> np.ndarray:
        """Leaves that are part of what is missed, as booleans."""
        found = np.asarray(self.windows[self.remaining_windows(stops)].any(axis=0))
        for c in range(len(self.planned)):
            found = found | (np.abs(self.along(c, stops)) > self.allowed)[self.codes[:, c]]
        if found[self.balancer]:  # it moves only against others
            found = np.ones(len(found), bool)
        return found


def moved_boundaries(goals: Goals, options: Options, stops: np.ndarray) -> dict[int, int]:
    """Boundaries by end, for the ends that move: the move that helps most, again and again, while one helps.

    Where none does, two together are tried. The balancing leaf is taken to move against every other to the token, as
    far as it has room. Ties go to the first option.
    """
    stops = stops.copy()
    moves: dict[int, int] = {}
    for _ in range(MOST_MOVES if len(options) else 0):
        gain = _gains(goals, options, stops)
        chosen = [int(np.argmin(gain))]
        if gain[chosen[0]] >= NO_GAIN:
            chosen = _two(goals, options, stops, gain)
        if not chosen:
            break
        for at in chosen:
            _move(goals, options, stops, at)
            moves[int(options.end[at])] = int(options.boundary[at])
    return moves


def _two(goals: Goals, options: Options, stops: np.ndarray, gain: np.ndarray) -> list[int]:
    """The two moves that help most together, the first among those that harm least; none where none help."""
    best, chosen = NO_GAIN, []
    for first in np.argsort(gain, kind="stable")[:FIRST_OF_TWO].tolist():
        then = stops.copy()
        _move(goals, options, then, first)
        more = _gains(goals, options, then)
        more[options.end == options.end[first]] = np.inf
        second = int(np.argmin(more))
        if gain[first] + more[second] < best:
            best, chosen = float(gain[first] + more[second]), [first, second]
    return chosen


def _move(goals: Goals, options: Options, stops: np.ndarray, at: int) -> None:
    leaf = int(options.leaf[at])
    by = int(options.tokens[at]) - int(stops[leaf])
    stops[leaf] += by
    stops[goals.balancer] -= by


def _gains(goals: Goals, options: Options, stops: np.ndarray) -> np.ndarray:
    """What each move adds to all that is missed, in tokens; below 0 it helps."""
    total = float((stops - goals.previous).sum())
    edge = np.minimum(goals.margin, (goals.high - goals.low) * total / 2)
    low = np.where(goals.low > 0, goals.low * total + edge, -np.inf)
    high = np.where(goals.high < 1, goals.high * total - edge, np.inf)
    by = (options.tokens - stops[options.leaf]).astype(np.float64)
    target, half = goals.targets[options.leaf], goals.half[options.leaf]
    then, here = np.abs(options.tokens - target), np.abs(stops[options.leaf] - target)
    gain = SMALL * (then - here) + np.maximum(then - half, 0.0) - np.maximum(here - half, 0.0)
    now, spare = float(stops[goals.balancer]), float(goals.half[goals.balancer])  # it ends nearest, no nearer
    least, most = float(goals.previous[goals.balancer]) - spare, goals.cap + spare
    gain += WINDOW_WEIGHT * (_outside(now - by, least, most) - _outside(now, least, most))
    for w, inside in enumerate(goals.inside(stops).tolist()):
        member = goals.windows[w]
        moved = by * (member[options.leaf].astype(np.float64) - float(member[goals.balancer]))
        gain += WINDOW_WEIGHT * (_outside(inside + moved, low[w], high[w]) - _outside(inside, low[w], high[w]))
    for c in range(len(goals.planned)):
        gain += _along(goals, c, goals.along(c, stops), options.leaf, by)
    return gain


def _outside(tokens: np.ndarray | float, low: float, high: float) -> np.ndarray:
    return np.maximum(low - tokens, 0.0) + np.maximum(tokens - high, 0.0)


def _along(goals: Goals, column: int, off: np.ndarray, leaf: np.ndarray, by: np.ndarray) -> np.ndarray:
    """What each move adds to the excess of a column's values."""
    value, against = goals.codes[leaf, column], int(goals.codes[goals.balancer, column])
    excess = np.maximum(np.abs(off) - goals.allowed, 0.0)
    there = np.maximum(np.abs(off[value] + by) - goals.allowed, 0.0) - excess[value]
    here = np.maximum(np.abs(off[against] - by) - goals.allowed, 0.0) - excess[against]
    return np.where(value == against, 0.0, there + here)
