"""The ends of one phase while they are chosen; see `choose` for the order of things and for what is promised."""

import numpy as np

from corpusmill.operators.mix.cuts.boundaries import Boundaries
from corpusmill.operators.mix.cuts.even import Sides, evened
from corpusmill.operators.mix.cuts.settle import Goals, Options, moved_boundaries
from corpusmill.operators.mix.cuts.stretches import Ends
from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.operators.mix.plan.rounding import Rounding, leeway

ROUNDS = 4  # of settling and balancing; the second one hardly ever finds anything


class PhaseEnds:
    """One phase while its boundaries are chosen. at: per end its boundary, or -1. stops: per leaf. wider: as Chosen."""

    def __init__(
        self,
        plan: MixPlan,
        ends: Ends,
        found: Boundaries,
        phase: int,
        previous: np.ndarray,
        mine: np.ndarray,
        rounding: Rounding,
    ) -> None:
        self.plan, self.ends, self.found, self.phase, self.previous = plan, ends, found, phase, previous
        self.balancer, self.ease, self.reserves = (
            int(rounding.balancers[phase]),
            rounding.ease[phase],
            rounding.reserves[phase],
        )
        self.crowded, self.aim = bool(rounding.crowded[phase]), int(plan.stops[phase, self.balancer])
        self.targets, self.total = plan.stops[phase], int(plan.stops[phase].sum())
        self.others = mine[ends.leaf[mine] != self.balancer]
        self.own = mine[ends.leaf[mine] == self.balancer]
        self.at = np.full(len(ends.leaf), -1, np.int64)
        self.longest = int(plan.leaves.largest[plan.taken > 0].max(initial=0))
        self.stops = previous.copy()
        self.far = False  # whether leaves may end at the farther boundary around their targets
        self.wider = np.zeros(len(ends.leaf), bool)

    def choose(self) -> None:
        """All boundaries; `wider` tells where they could not be chosen."""
        self._round_off()
        if self.crowded and self._too_much(ease=self.ease, lack=0):
            self._even(far=False)
        self._balance_and_settle()
        if self.crowded and not self.wider.any() and (self._far_off() or self._missed()):
            self.far = True
            self._even(far=True)
            self._balance_and_settle()

    def _round_off(self) -> None:
        """Each leaf at the boundary nearest to its target."""
        mine = np.concatenate([self.others, self.own])
        self._end_at(mine, self.targets[self.ends.leaf[mine]])

    def _far_off(self) -> bool:
        """Whether it is too much even for leaves of which a document is more than all others leave over."""
        return self._too_much(ease=max(self.ease, self.longest), lack=self.longest / 2)

    def _too_much(self, *, ease: float, lack: float) -> bool:
        """Whether what the others leave over is more than the balancing leaf's ease, or by `lack` than its room."""
        aim = self.total - int(self.stops.sum() - self.stops[self.balancer])
        outside = aim - min(max(aim, int(self.previous[self.balancer])), int(self.plan.caps[self.balancer]))
        return abs(outside) > lack or abs(aim - int(self.targets[self.balancer])) > ease

    def _missed(self) -> bool:
        """Whether a window is left, or the total off by more than half of the longest document."""
        goals = Goals.of(self.plan, self.phase, self.previous, self.balancer)
        return 2 * abs(self.total - int(self.stops.sum())) > self.longest or bool(
            goals.remaining_windows(self.stops).any()
        )

    def _even(self, *, far: bool) -> None:
        """Leaves on the other side of their targets, where that brings what is off nearer to the plan; see `evened`."""
        self._end_at(self.own, self.targets[self.ends.leaf[self.own]])
        goals = Goals.of(self.plan, self.phase, self.previous, self.balancer)
        leaf = self.ends.leaf[self.others]
        there = self.found.across(
            self.others, self.at[self.others], self.targets[leaf], self.previous[leaf], self.plan.caps[leaf]
        )
        end, there = self.others[there >= 0], there[there >= 0]
        sides = Sides(self.ends.leaf[end], self.found.tokens[self.at[end]], self.found.tokens[there])
        change = evened(goals, sides, self.stops, self.total, far=far)
        self.at[end[change]], self.stops[sides.leaf[change]] = there[change], sides.there[change]

    def _balance_and_settle(self) -> None:
        self.balance()
        for _ in range(ROUNDS):
            if not self.settle():
                break
            self.balance()

    def balance(self) -> None:
        """The balancing leaf, at the boundary that brings the phases so far nearest to their budget."""
        self.aim = self.total - int(self.stops.sum() - self.stops[self.balancer])
        self._end_at(self.own, np.full(len(self.own), self.aim))
        self._other_side()
        self._call_up()

    def _call_up(self) -> None:
        """The reserves, one after the other, where all phases so far are short of their budget."""
        place = self.reserves[self.ends.leaf[self.others]]
        for number in np.argsort(place, kind="stable")[np.count_nonzero(place == 0) :].tolist():
            end = self.others[number : number + 1]
            short = self.total - int(self.stops.sum())
            if 2 * short > int(self.plan.leaves.largest[self.ends.leaf[end[0]]]):
                self._end_at(end, self.stops[self.ends.leaf[end]] + short)

    def _other_side(self) -> None:
        """The boundary on the other side of the aim, where the phase's total then leaves fewer windows."""
        goals = Goals.of(self.plan, self.phase, self.previous, self.balancer)
        found = self.found
        for end in self.own[self.at[self.own] >= 0].tolist():
            at = self.at[end] + (1 if found.tokens[self.at[end]] < self.aim else -1)
            if not 0 <= at < len(found.owner) or found.owner[at] != end or not found.usable[at]:
                continue
            then = self.stops.copy()
            then[self.balancer] = found.tokens[at]
            fits = self.previous[self.balancer] <= then[self.balancer] <= self.plan.caps[self.balancer]
            if fits and goals.remaining_windows(then).sum() < goals.remaining_windows(self.stops).sum():
                self.at[end], self.stops = at, then

    def settle(self) -> bool:
        """Moves leaves where a window or an axis asks for it; whether any was moved."""
        goals = Goals.of(self.plan, self.phase, self.previous, self.balancer)
        if not goals.missed(self.stops):
            return False
        concerned = np.zeros(len(self.ends.leaf), bool)
        concerned[self.others] = goals.concerned(self.stops)[self.ends.leaf[self.others]]
        self.wider = concerned & ~self.ends.wide
        if self.wider.any():
            return False
        moves = moved_boundaries(goals, self._options(goals, concerned), self.stops)
        for end, boundary in moves.items():
            self.at[end] = boundary
            self.stops[self.ends.leaf[end]] = self.found.tokens[boundary]
        return bool(moves)

    def _options(self, goals: Goals, concerned: np.ndarray) -> Options:
        """The boundaries at which leaves of unmet goals may end instead. concerned: per end."""
        boundary = np.flatnonzero(concerned[self.found.owner] & self.found.usable)
        end = self.found.owner[boundary]
        leaf, tokens = self.ends.leaf[end], self.found.tokens[boundary]
        off, longest = np.abs(tokens - self.targets[leaf]), self.plan.leaves.largest[leaf]
        fits = (tokens >= self.previous[leaf]) & (tokens <= self.plan.caps[leaf])
        near = (2 * off <= longest) | (self.far & self.found.around(self.targets[self.ends.leaf])[boundary])
        fits &= np.where(goals.windowed[leaf], off <= leeway(self.plan)[leaf], near)
        return Options(end=end[fits], leaf=leaf[fits], boundary=boundary[fits], tokens=tokens[fits])

    def _end_at(self, ends: np.ndarray, aims: np.ndarray) -> None:
        leaf = self.ends.leaf[ends]
        at = self.found.nearest(ends, aims, self.previous[leaf], self.plan.caps[leaf])
        self.at[ends] = at
        self.stops[leaf] = np.where(at >= 0, self.found.tokens[at], self.previous[leaf])
