"""All phases together: targets per phase and leaf, caps holding over the whole training run.

Each phase is solved alone. A leaf of which all phases together want more than its cap gives each the same part of what
it wanted; what they lose goes, phase by phase, to its siblings. A phase that this would leave without what its bounds
demand is served before the others.
"""

from dataclasses import dataclass

import numpy as np

from operators.mix.family import Given, Infeasible, bounds_in, share_out
from operators.mix.leaves import LeafTable
from operators.mix.phases import Stage, stages
from operators.mix.spec import Bound, MixSpec
from operators.mix.tree import Tree, tree_of


@dataclass(frozen=True)
class Solved:
    """targets, stopped: (phases, leaves); see `family.Given`. bound_names: per phase, the words of its bounds."""

    stages: tuple[Stage, ...]
    targets: np.ndarray
    stopped: np.ndarray
    bound_names: tuple[tuple[str, ...], ...]


def epoch_caps(spec: MixSpec, leaves: LeafTable) -> np.ndarray:
    """The most epochs of each leaf, float64."""
    epochs = np.full(len(leaves), float(spec.max_epochs))
    for cap in spec.caps:
        epochs[leaves.matches(cap.where)] = cap.max_epochs
    return epochs


def eligible(spec: MixSpec, tokens: np.ndarray) -> np.ndarray:
    """Tokens per leaf, 0 for leaves that are too small to take part."""
    return np.where(tokens >= max(spec.min_tokens, 1), tokens, 0)


def solve(spec: MixSpec, leaves: LeafTable) -> Solved:
    """Targets in whole tokens, each phase's summing to its budget exactly. Raises Infeasible."""
    line = np.where(eligible(spec, leaves.tokens) > 0, leaves.line_tokens, 0)
    return solve_for(spec, leaves, spec.budget.of(int(line.sum())))


def solve_for(spec: MixSpec, leaves: LeafTable, budget: int) -> Solved:
    """The same, for a budget in tokens."""
    unique = eligible(spec, leaves.tokens)
    caps = np.floor(unique * epoch_caps(spec, leaves) + 1e-6).astype(np.int64)
    parts = stages(spec, leaves, np.where(unique > 0, leaves.line_tokens, 0), budget)
    phases = [_Ready.of(spec, leaves, part) for part in parts]
    first: list[int] = []
    while True:
        try:
            given = _together(phases, caps, first)
            break
        except _Short as short:
            if short.phase in first:
                raise short.cause from None
            first.append(short.phase)
    return Solved(
        tuple(parts),
        np.stack([g.tokens for g in given]),
        np.stack([g.stopped for g in given]),
        tuple(tuple(b.name for b in p.bounds) for p in phases),
    )


@dataclass(frozen=True)
class _Ready:
    stage: Stage
    tree: Tree
    bounds: list
    leaves: LeafTable

    @classmethod
    def of(cls, spec: MixSpec, leaves: LeafTable, stage: Stage) -> "_Ready":
        groups = [[leaves.columns.index(c) for c in level.columns] for level in stage.levels]
        codes, bounds = leaves.codes, stage.bounds
        if spec.replay:
            again = leaves.matches(spec.replay.where).astype(np.int32)
            codes = np.column_stack([codes, again])
            groups = [[codes.shape[1] - 1], *groups]
            bounds = (Bound(where=spec.replay.where, min=spec.replay.share, max=spec.replay.share), *bounds)
        tree = tree_of(codes, groups)
        inside, crossing = bounds_in(tree, leaves, bounds)
        assert not crossing, "not yet"
        return cls(stage, tree, inside, leaves)

    def give(self, caps: np.ndarray) -> Given:
        return share_out(self.tree, self.stage.shares, caps, self.bounds, self.stage.budget, self.leaves)


class _Short(Exception):
    def __init__(self, phase: int, cause: Infeasible) -> None:
        self.phase, self.cause = phase, cause


def _together(phases: list[_Ready], caps: np.ndarray, first: list[int]) -> list[Given]:
    left = caps.copy()
    given: dict[int, Given] = {}

    def attempt(i: int, room: np.ndarray) -> Given:
        try:
            return phases[i].give(room)
        except Infeasible as e:
            raise _Short(i, e) from e

    for i in first:
        given[i] = attempt(i, left)
        left = left - given[i].tokens
    rest = [i for i in range(len(phases)) if i not in first]
    room = dict.fromkeys(rest, left)
    dirty = rest
    while dirty:
        for i in dirty:
            given[i] = attempt(i, room[i])
        total = sum((given[i].tokens for i in rest), np.zeros_like(caps))
        over = total > left
        if not over.any():
            break
        part = np.divide(left, total, out=np.zeros(len(caps)), where=over)
        spare = left.copy()
        for i in rest[:-1]:
            mine = np.where(over, np.floor(given[i].tokens * part).astype(np.int64), room[i])
            room[i] = mine
            spare = spare - np.where(over, mine, 0)
        room[rest[-1]] = np.where(over, spare, room[rest[-1]])
        dirty = rest
    return [given[i] for i in range(len(phases))]
