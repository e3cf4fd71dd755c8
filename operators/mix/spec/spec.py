"""What a job says about its mix: a tree of columns with a rule per level, bounds, caps, budget and phases.

The simple case is one level: `MixSpec(levels=(Level(columns=("domain", "language"), weighting=Temperature(
temperature=3.33)),))` mixes all tokens there are, each leaf at most 4 times.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum

from corpusmill.operators.mix.spec.schedule import HeadDecay, Level, Phase
from corpusmill.operators.mix.spec.unit import Unit
from corpusmill.operators.mix.spec.weights import positive, refuse, unless
from corpusmill.operators.mix.spec.where import Bound, Cap, Replay


class OnExhausted(StrEnum):
    """What happens when a leaf's weight asks for more than its epoch cap gives."""

    ERROR = "error"
    REDISTRIBUTE = "redistribute"
    SHRINK_BUDGET = "shrink_budget"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many tokens to mix: a number, or a multiple of the tokens there are. Default: as many as there are.

    Tokens here, as everywhere in the mixer, are what the mix is counted in: rows, where its unit is rows.
    """

    tokens: int | None = None
    multiple: float | None = None

    def __post_init__(self) -> None:
        refuse(
            "budget",
            unless(self.tokens is None or self.multiple is None, "give tokens or multiple, not both"),
            unless(self.tokens is None or self.tokens > 0, f"tokens must be above 0, got {self.tokens!r}"),
            unless(
                self.multiple is None or positive(self.multiple), f"multiple must be above 0, got {self.multiple!r}"
            ),
        )

    @property
    def open(self) -> bool:
        """Whether nothing is said: all there is."""
        return self.tokens is None and self.multiple is None

    def of(self, supply: int) -> int:
        """Tokens to mix from a supply of so many."""
        if self.tokens is not None:
            return self.tokens
        return supply if self.multiple is None else math.floor(supply * self.multiple)


@dataclass(frozen=True, kw_only=True)
class Multiplier:
    """Documents are taken so many times as a column says, when their leaf is taken once; 0 leaves them out.

    steps: (from, times) pairs, rising; a value takes the times of the last `from` that is not above it, 0 below the
    first. Without steps the column's value itself counts. Times are rounded to 64ths.
    """

    column: str
    steps: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        starts = [s for s, _ in self.steps]
        refuse(
            f"multiplier {self.column!r}",
            unless(starts == sorted(set(starts)), f"steps must rise, got {starts}"),
            unless(all(0 <= t < 2**14 for _, t in self.steps), "times must lie in [0, 16384)"),
        )


# Documents that stand for a cluster of near-duplicates, by the size of the cluster. Source: the README of FineWeb-2,
# section Deduplication: very large clusters are taken once, being of lower quality.
REHYDRATION = ((1, 1), (2, 2), (3, 3), (5, 5), (100, 8), (1000, 1))


@dataclass(frozen=True, kw_only=True)
class MixSpec:
    """The whole mix.

    max_epochs:  how often a leaf may be read over all phases: its tokens in the mix over its distinct tokens. With
                 multipliers a single document may come more often, others less. Source of 4: Muennighoff et al. 2023,
                 arXiv:2305.16264: up to four epochs are nearly as good as new data.
    min_tokens:  leaves with fewer tokens are left out, and said so in the plan.
    held_out:    share of every leaf, by hash, that is never mixed.
    validation:  the mix is of that share instead, and of nothing else.
    multiplier:  how many times each document is taken when its leaf is taken once; none: once.
    seed:        of the dataset: together with the text it decides which documents a partial leaf holds.
    unit:        what all of this is counted in; where the mixer says tokens, it means this.
    """

    levels: tuple[Level, ...]
    bounds: tuple[Bound, ...] = ()
    budget: Budget = field(default_factory=Budget)
    max_epochs: float = 4.0
    caps: tuple[Cap, ...] = ()
    min_tokens: int = 0
    on_exhausted: OnExhausted = OnExhausted.REDISTRIBUTE
    phases: tuple[Phase, ...] = ()
    head_decay: HeadDecay | None = None
    replay: Replay | None = None
    multiplier: Multiplier | None = None
    held_out: float = 0.0
    validation: bool = False
    seed: int = 0
    unit: Unit = Unit.TOKENS

    def __post_init__(self) -> None:
        names = [p.name for p in self.phases]
        total = sum(p.share for p in self.phases)
        known = {str(e) for e in OnExhausted}
        refuse(
            "mix",
            unless(bool(self.levels), "needs at least one level"),
            *(_repeated_columns(levels) for levels in (self.levels, *(p.levels or () for p in self.phases))),
            unless(positive(self.max_epochs), f"max_epochs must be above 0, got {self.max_epochs!r}"),
            unless(self.min_tokens >= 0, f"min_tokens must be 0 or more, got {self.min_tokens!r}"),
            unless(self.on_exhausted in known, f"on_exhausted is one of {sorted(known)}, got {self.on_exhausted!r}"),
            unless(len(set(names)) == len(names), f"phase names repeat: {names}"),
            unless(not names or math.isclose(total, 1, abs_tol=1e-9), f"phase shares sum to {total!r}, not to 1"),
            unless(0 <= self.held_out < 1, f"held_out must lie in [0, 1), got {self.held_out!r}"),
            unless(0 <= self.seed < 2**64, f"seed must lie in [0, 2**64), got {self.seed!r}"),
        )

    def columns(self) -> tuple[str, ...]:
        """The columns whose combinations are the leaves, in the order of first mention."""
        levels = [*self.levels, *(level for p in self.phases for level in p.levels or ())]
        wheres = [b.where for b in (*self.bounds, *self.caps)]
        for p in self.phases:
            wheres += [b.where for b in (*(p.bounds or ()), *p.boosts)]
        if self.replay:
            wheres.append(self.replay.where)
        found = [c for level in levels for c in level.columns] + [c for where in wheres for c in where]
        return tuple(dict.fromkeys(found))


def _repeated_columns(levels: tuple[Level, ...]) -> str:
    columns = [c for level in levels for c in level.columns]
    return unless(len(set(columns)) == len(columns), f"a column stands in two places: {columns}")
