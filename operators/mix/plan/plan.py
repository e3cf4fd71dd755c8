"""From a supply and a mix to a plan: how many tokens of each leaf each phase takes, and from where on its line.

A leaf's supply is a line: its documents in the order of their hash, again and again. Phases take stretches of it, one
after the other, so the copies of a document lie a whole epoch apart and a larger budget contains the smaller.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.errors import Infeasible, SpecError
from corpusmill.operators.mix.plan.effective import effective_tokens
from corpusmill.operators.mix.plan.unmatched import unmatched
from corpusmill.operators.mix.solve.budget import NOTHING_NARROWED, Narrowed, Solved, caps_of, solve
from corpusmill.operators.mix.solve.family import EPOCHS
from corpusmill.operators.mix.spec.spec import MixSpec, Multiplier
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.operators.mix.spec.where import Bound, Replay
from corpusmill.operators.mix.supply.leaves import PARTS, LeafTable

FREE, CAPPED, EMPTY, SMALL, UNWEIGHTED, ROUNDED = range(6)

MOST_COPIES = 2**15 - 1  # of a document: `pass` is an int16


@dataclass(frozen=True, kw_only=True)
class PhasePlan:
    """One phase: its tokens, and the windows its shares keep."""

    name: str
    tokens: int
    bounds: tuple[Bound, ...]


@dataclass(frozen=True, kw_only=True)
class MixPlan:
    """Reviewable, editable, and all that selection needs to know of a mix. Leaf arrays are in the order of `leaves`.

    targets: (phases, leaves) int64, tokens. caps: most tokens of each leaf over all phases, int64.
    stopped: (phases, leaves), places in `reasons`: what kept a leaf from the share its rule gives; 0: nothing did.
    unmatched: names of the mix that pick no leaf, in words; for the reader alone.
    """

    leaves: LeafTable
    phases: tuple[PhasePlan, ...]
    targets: np.ndarray
    caps: np.ndarray
    stopped: np.ndarray
    reasons: tuple[str, ...]
    seed: int
    held_out: float
    multiplier: Multiplier | None
    unmatched: tuple[str, ...] = ()
    replay: Replay | None = None  # its window is among the bounds of every phase
    validation: bool = False  # of the held out documents, and of no others
    unit: Unit = Unit.TOKENS  # what is called tokens here

    @property
    def stops(self) -> np.ndarray:
        """(phases, leaves): where each stretch ends on its leaf's line, in tokens; it begins where the last ended."""
        return np.cumsum(self.targets, axis=0)

    @property
    def starts(self) -> np.ndarray:
        """(phases, leaves): where each stretch begins on its leaf's line, in tokens."""
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

    @property
    def lane_taken(self) -> np.ndarray:
        """Tokens of each lane over all phases, float64: its leaf's, divided by tokens and multipliers."""
        lanes = self.leaves.lanes
        weight = (lanes.tokens * lanes.parts).astype(np.float64)
        whole = np.bincount(lanes.leaf, weights=weight, minlength=len(self.leaves))[lanes.leaf]
        return self.taken[lanes.leaf] * np.divide(weight, whole, out=np.zeros(len(lanes)), where=whole > 0)

    @property
    def distinct(self) -> np.ndarray:
        """Tokens of each leaf that are taken at all, each once, float64; with multipliers some are, others not yet."""
        return self._of_lanes(np.minimum(self.lane_taken, self.leaves.lanes.tokens))

    @property
    def effective(self) -> np.ndarray:
        """What each leaf's tokens are worth in new ones, over all phases; see `effective_tokens`."""
        return self._of_lanes(effective_tokens(self.lane_taken, self.leaves.lanes.tokens))

    @property
    def most_copies(self) -> np.ndarray:
        """How often a document of each leaf may be taken at most, should the leaf end a document late; float64."""
        lanes, late = self.leaves.lanes, self.taken + self.leaves.largest
        epochs = np.divide(late, self.leaves.line_tokens, out=np.zeros(len(late)), where=self.leaves.line_tokens > 0)
        copies = np.where(self.taken[lanes.leaf] > 0, epochs[lanes.leaf] * lanes.parts / PARTS, 0.0)
        return np.maximum.reduceat(copies, self.leaves.first_lane[:-1]) if len(self.leaves) else copies

    def _of_lanes(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.leaves.lanes.leaf, weights=values, minlength=len(self.leaves))


def too_many_copies(plan: MixPlan) -> list[str]:
    """Leaves of which a document would be taken more often than passes are numbered, in words; at most three."""
    most = plan.most_copies
    worst = np.flatnonzero(most > MOST_COPIES)
    worst = worst[np.argsort(-most[worst], kind="stable")][:3]
    return [
        f"a document of {'/'.join(plan.leaves.key(leaf))} would be taken {most[leaf]:,.0f} times, at most "
        f"{MOST_COPIES:,} are possible; lower max_epochs, the budget{' or the multiplier' if plan.multiplier else ''}"
        for leaf in worst.tolist()
    ]


def plan(leaves: LeafTable, spec: MixSpec, narrowed: Narrowed = NOTHING_NARROWED) -> MixPlan:
    """The plan of a mix. Raises SpecError, and Infeasible where bounds and supply do not admit the budget.

    narrowed: see `operators.mix.select.windows`; the plan tells the bounds of the spec.
    """
    try:
        solved = solve(spec, leaves, narrowed)
    except Infeasible as e:
        raise e.counted_in(spec.unit.words) from None
    reasons, stopped = _reasons(spec, leaves, solved)
    replayed = (spec.replay.window,) if spec.replay else ()
    made = MixPlan(
        leaves=leaves,
        phases=tuple(PhasePlan(name=s.name, tokens=s.budget, bounds=(*replayed, *s.bounds)) for s in solved.stages),
        targets=solved.targets,
        caps=_caps(spec, leaves, solved),
        stopped=stopped,
        reasons=reasons,
        seed=spec.seed,
        held_out=spec.held_out,
        multiplier=spec.multiplier,
        unmatched=unmatched(spec, leaves),
        validation=spec.validation,
        replay=spec.replay,
        unit=spec.unit,
    )
    if wrong := too_many_copies(made):
        raise SpecError("; ".join(wrong))
    return made


def _caps(spec: MixSpec, leaves: LeafTable, solved: Solved) -> np.ndarray:
    """The most tokens of each leaf over all phases, int64.

    A replayed leaf is read once more than the replay as a whole at most: where its leaves are too small for their
    tokens to be a document, more of them are taken, not a few of them again and again.
    """
    caps = caps_of(spec, leaves)
    if spec.replay is None or spec.multiplier is not None:
        return caps
    again, taken = leaves.matches(spec.replay.where), solved.targets.sum(axis=0)
    tokens = np.maximum(leaves.tokens, 1)
    whole = -(-int(taken[again].sum()) // max(int(leaves.tokens[again & (caps > 0)].sum()), 1))
    epochs = np.maximum(-(-taken // tokens), whole)
    return np.where(again, np.minimum(caps, epochs * leaves.tokens), caps)


def _reasons(spec: MixSpec, leaves: LeafTable, solved: Solved) -> tuple[tuple[str, ...], np.ndarray]:
    words = [
        "",
        "max_epochs",
        "empty",
        spec.unit.least,
        "weight 0",
        f"under half a {spec.unit.words.removesuffix('s')}",
    ]
    out = np.zeros(solved.targets.shape, np.int32)
    for phase, names in enumerate(solved.bound_names):
        for i, name in enumerate(names):
            word = f"share of {name}"
            if word not in words:
                words.append(word)
            out[phase][solved.stopped[phase] == i] = words.index(word)
        nothing = solved.targets[phase] == 0
        out[phase][solved.stopped[phase] == EPOCHS] = CAPPED
        out[phase][nothing & (solved.stages[phase].shares > 0)] = ROUNDED
        out[phase][nothing & (solved.stages[phase].shares == 0)] = UNWEIGHTED
    out[:, leaves.tokens < spec.min_tokens] = SMALL
    out[:, leaves.tokens == 0] = EMPTY
    return tuple(words), out
