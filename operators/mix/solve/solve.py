"""All phases together: targets per phase and leaf, caps holding over the whole training run.

Each phase is solved alone. A leaf of which all phases together would take more than its cap is divided among them as
in the mix that is nearest to what their rules ask for; what a phase does not get goes to the leaf's siblings. A phase
that this would leave without what its bounds demand is served before the others.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.errors import Infeasible, PhaseTooShort
from corpusmill.operators.mix.solve.crossing import Window, project
from corpusmill.operators.mix.solve.family import EPOCHS, NOTHING, Given, NodeBound, bounds_in, share_out, window
from corpusmill.operators.mix.solve.phases import Stage
from corpusmill.operators.mix.spec.spec import MixSpec
from corpusmill.operators.mix.spec.where import Bound, in_words
from corpusmill.operators.mix.supply.leaves import LeafTable
from corpusmill.operators.mix.supply.tree import Tree, tree_of

TURNS = 50  # enough for shares to three figures; what is missing the leaves' siblings give


@dataclass(frozen=True)
class Ready:
    """A phase with its tree and its bounds sorted out: those of one node of the tree, and those that cross it."""

    stage: Stage
    tree: Tree
    inside: list[NodeBound]
    crossing: list[Bound]
    leaves: LeafTable

    @classmethod
    def of(cls, spec: MixSpec, leaves: LeafTable, stage: Stage) -> "Ready":
        """The phase, its replayed leaves apart from all others at the top of the tree."""
        groups = [[leaves.columns.index(c) for c in level.columns] for level in stage.levels]
        codes, bounds = leaves.codes, stage.bounds
        if spec.replay:
            again = leaves.matches(spec.replay.where).astype(np.int32)
            codes = np.column_stack([codes, again])
            groups = [[codes.shape[1] - 1], *groups]
            bounds = (Bound(where=spec.replay.where, min=spec.replay.share, max=spec.replay.share), *bounds)
        tree = tree_of(codes, groups)
        inside, crossing = bounds_in(tree, leaves, bounds)
        return cls(stage, tree, inside, crossing, leaves)

    @property
    def bound_names(self) -> tuple[str, ...]:
        """The words of its bounds: `Given.stopped` counts in these."""
        return (*(b.name for b in self.inside), *(in_words(b.where) for b in self.crossing))

    def give(self, caps: np.ndarray) -> Given:
        """Its leaves' tokens within these caps. Raises Infeasible."""
        budget = self.stage.budget
        given = share_out(self.tree, self.stage.shares, caps, self.inside, budget)
        if not self.crossing:
            return given
        start = np.where(self.stage.shares > 0, np.maximum(given.tokens, 1e-3), 0.0)
        inside = [Window(self._leaves_of(b), *window(b.low, b.high, budget), b.name) for b in self.inside]
        crossing = [
            Window(np.flatnonzero(self.leaves.matches(b.where)), *window(b.min, b.max, budget), in_words(b.where))
            for b in self.crossing
        ]
        found = project(start, caps, [*inside, *crossing], budget)
        stopped = np.where(given.stopped == EPOCHS, NOTHING, given.stopped)
        for i, rule in enumerate(crossing, start=len(inside)):
            if found.pushed[i]:
                stopped[rule.leaves] = i
        tight = (found.tokens == caps) & (caps > 0)
        return Given(found.tokens, np.where(tight, EPOCHS, stopped))

    def _leaves_of(self, bound: NodeBound) -> np.ndarray:
        starts = self.tree.starts[bound.level]
        end = starts[bound.node + 1] if bound.node + 1 < len(starts) else len(self.tree.order)
        return self.tree.order[starts[bound.node] : end]


def divided(stages: list[Stage], caps: np.ndarray) -> dict[int, np.ndarray]:
    """Per phase the part of each leaf's cap, 0 to 1, in the mix nearest to what all rules ask for that keeps to budgets
    and caps, other bounds aside: phases and leaves scaled in turn, leaves only down.
    """
    asked = np.stack([s.shares * s.budget for s in stages])
    budgets = np.array([s.budget for s in stages], np.float64)
    leaf = np.ones(asked.shape[1])
    for _ in range(TURNS):
        rows = asked * leaf
        sums = rows.sum(axis=1)
        rows *= np.divide(budgets, sums, out=np.zeros(len(sums)), where=sums > 0)[:, None]
        columns = rows.sum(axis=0)
        new = np.minimum(leaf * np.divide(caps, columns, out=np.ones(len(caps)), where=columns > 0), 1.0)
        done = np.abs(new - leaf).max(initial=0.0) < 1e-9
        leaf = new
        if done:
            break
    rows = asked * leaf
    sums = rows.sum(axis=1)
    rows *= np.divide(budgets, sums, out=np.zeros(len(sums)), where=sums > 0)[:, None]
    columns = rows.sum(axis=0)
    return dict(enumerate(np.divide(rows, columns, out=np.zeros(rows.shape), where=columns > 0)))


def together(phases: list[Ready], caps: np.ndarray) -> list[Given]:
    """The tokens of every phase, all of them together within the caps. Raises Infeasible."""
    first: list[int] = []
    while True:
        try:
            return _in_order(phases, caps, first)
        except PhaseTooShort as short:
            if short.phase in first or len(phases) == 1:
                raise short.cause.of_phase(phases[short.phase].stage.name, len(phases)) from None
            first.append(short.phase)


def _in_order(phases: list[Ready], caps: np.ndarray, first: list[int]) -> list[Given]:
    left = caps.copy()
    given: dict[int, Given] = {}

    def attempt(i: int, room: np.ndarray) -> Given:
        try:
            return phases[i].give(room)
        except Infeasible as e:
            raise PhaseTooShort(i, e) from e

    for i in first:
        given[i] = attempt(i, left)
        left = left - given[i].tokens
    rest = [i for i in range(len(phases)) if i not in first]
    room = dict.fromkeys(rest, left)
    parts: dict[int, np.ndarray] | None = None
    while rest:
        for i in rest:
            given[i] = attempt(i, room[i])
        over = np.sum([given[i].tokens for i in rest], axis=0) > left
        if not over.any():
            break
        parts = parts or divided([phases[i].stage for i in rest], left)
        for place, i in enumerate(rest):
            room[i] = np.where(over, np.minimum(room[i], np.floor(left * parts[place]).astype(np.int64)), room[i])
    if len(rest) > 1:
        _use_up(phases, given, room, left, rest)
    return [given[i] for i in range(len(phases))]


def _use_up(
    phases: list[Ready], given: dict[int, Given], room: dict[int, np.ndarray], unused: np.ndarray, rest: list[int]
) -> None:
    """Gives what one phase left of a divided leaf to those that were stopped by their part of it, first come."""
    for i in rest:
        spare = unused - np.sum([given[j].tokens for j in rest], axis=0)
        wants = (given[i].tokens == room[i]) & (room[i] < unused) & (spare > len(rest))
        if wants.any():
            given[i] = phases[i].give(
                np.where(wants, given[i].tokens + spare, np.minimum(room[i], given[i].tokens + spare))
            )
