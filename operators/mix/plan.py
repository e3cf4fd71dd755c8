"""From a supply and a mix to a plan: how many tokens of each leaf each phase takes, and from where on its line.

A leaf's supply is a line: its documents in the order of their hash, again and again. Phases take stretches of it, one
after the other, so the copies of a document lie a whole epoch apart and a larger budget contains the smaller.
"""

from dataclasses import dataclass

import numpy as np

from operators.mix.family import EPOCHS
from operators.mix.leaves import LeafTable
from operators.mix.solve import Solved, solve
from operators.mix.spec import MixSpec


@dataclass(frozen=True)
class MixPlan:
    """Reviewable, and the only thing selection reads. Arrays are per leaf; targets (phases, leaves) int64, in tokens.

    stopped: (phases, leaves) places in `reasons`: what kept a leaf from its share; 0 = nothing did.
    """

    leaves: LeafTable
    phases: tuple[str, ...]
    budgets: tuple[int, ...]
    targets: np.ndarray
    stopped: np.ndarray
    reasons: tuple[str, ...]
    seed: int
    held_out: float

    @property
    def stops(self) -> np.ndarray:
        """(phases, leaves): where each stretch ends on its leaf's line, in tokens; it begins where the last ended."""
        return np.cumsum(self.targets, axis=0)

    @property
    def starts(self) -> np.ndarray:
        return self.stops - self.targets

    @property
    def taken(self) -> np.ndarray:
        """Tokens of each leaf over all phases."""
        return self.targets.sum(axis=0)

    @property
    def epochs(self) -> np.ndarray:
        """How often each leaf is read over all phases; 0 for an empty one."""
        supply = self.leaves.tokens
        return np.divide(self.taken, supply, out=np.zeros(len(supply)), where=supply > 0)


def plan(leaves: LeafTable, spec: MixSpec) -> MixPlan:
    """The plan of a mix. Raises SpecError, and Infeasible where bounds and supply do not admit the budget."""
    budget = spec.budget.of(int(leaves.tokens[leaves.tokens >= spec.min_tokens].sum()))
    solved = solve(spec, leaves, budget)
    reasons, stopped = _reasons(spec, leaves, solved)
    return MixPlan(leaves, solved.phases, solved.budgets, solved.targets, stopped, reasons, spec.seed, spec.held_out)


def _reasons(spec: MixSpec, leaves: LeafTable, solved: Solved) -> tuple[tuple[str, ...], np.ndarray]:
    words = ["", "max_epochs", "empty", "min_tokens", "weight 0", "less than a token"]
    out = np.zeros_like(solved.stopped)
    for phase, names in enumerate(solved.names):
        for i, name in enumerate(names):
            word = f"share of {name}"
            if word not in words:
                words.append(word)
            out[phase][solved.stopped[phase] == i] = words.index(word)
    out[solved.stopped == EPOCHS] = 1
    nothing = solved.targets == 0
    out[nothing] = 5
    out[nothing & (solved.wanted == 0)] = 4
    out[:, leaves.tokens < spec.min_tokens] = 3
    out[:, leaves.tokens == 0] = 2
    return tuple(words), out
