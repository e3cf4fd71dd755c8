"""What a job says about its mix: a tree of columns with a rule per level, bounds, caps, budget and phases.

The simple case is one level: `MixSpec(levels=(Level(columns=("domain", "language"), weighting=Temperature(
temperature=3.33)),))` mixes all tokens there are, each leaf at most 4 times.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from operators.mix.weights import Natural, Weighting, positive, refuse, unless

Where = Mapping[str, tuple[str, ...]]


class OnExhausted(StrEnum):
    """What happens when a leaf's weight asks for more than its epoch cap gives."""

    ERROR = "error"
    REDISTRIBUTE = "redistribute"
    SHRINK_BUDGET = "shrink_budget"


def told(where: Where) -> str:
    """A set of leaves in words.

    >>> told({"domain": ("law",), "language": ("de", "fr")})
    'domain=law, language=de|fr'
    """
    return ", ".join(f"{column}={'|'.join(values)}" for column, values in where.items())


def _where_errors(where: Where) -> str:
    bad = [c for c, v in where.items() if not (isinstance(v, tuple) and v and all(isinstance(x, str) for x in v))]
    return unless(not bad, f"where wants a tuple of strings for each column, see {', '.join(map(repr, bad))}")


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of the tree: siblings differ in these columns and share a parent of the levels above."""

    columns: tuple[str, ...]
    weighting: Weighting = field(default_factory=Natural)

    def __post_init__(self) -> None:
        refuse("level", unless(bool(self.columns), "needs at least one column"))


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The leaves that `where` picks take between `min` and `max` of all tokens, as shares in [0, 1]."""

    where: Where
    min: float = 0.0
    max: float = 1.0

    def __post_init__(self) -> None:
        refuse(
            f"bound on {self.where!r}",
            unless(bool(self.where), "where picks everything: name a column"),
            _where_errors(self.where),
            unless(0 <= self.min <= self.max <= 1, f"wants 0 <= min <= max <= 1, got {self.min!r} to {self.max!r}"),
        )


@dataclass(frozen=True, kw_only=True)
class Cap:
    """The leaves that `where` picks are repeated at most `max_epochs` times each; the last cap that fits counts."""

    where: Where
    max_epochs: float

    def __post_init__(self) -> None:
        refuse(
            f"cap on {self.where!r}",
            _where_errors(self.where),
            unless(positive(self.max_epochs), f"max_epochs must be above 0, got {self.max_epochs!r}"),
        )


@dataclass(frozen=True, kw_only=True)
class Boost:
    """The weight of each leaf that `where` picks is multiplied by `factor`, before bounds and caps."""

    where: Where
    factor: float

    def __post_init__(self) -> None:
        ok = positive(self.factor)
        refuse(
            f"boost of {self.where!r}",
            _where_errors(self.where),
            unless(ok, f"factor must be above 0, got {self.factor!r}"),
        )


@dataclass(frozen=True, kw_only=True)
class HeadDecay:
    """The head's weights shrink with each epoch; what it gives up goes to the tail.

    The head: the fewest leaves, largest first, that hold `head` of all tokens. A phase that begins after e epochs of
    the whole supply (a real number) multiplies the head's weights by factor ** e.
    """

    factor: float
    head: float = 0.8

    def __post_init__(self) -> None:
        refuse(
            "head decay",
            unless(0 < self.factor <= 1, f"factor must lie in (0, 1], got {self.factor!r}"),
            unless(0 < self.head < 1, f"head must lie in (0, 1), got {self.head!r}"),
        )


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How many tokens to mix: a number, or a multiple of the tokens there are. Default: as many as there are."""

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

    def of(self, supply: int) -> int:
        """Tokens to mix from a supply of so many."""
        if self.tokens is not None:
            return self.tokens
        return supply if self.multiple is None else math.floor(supply * self.multiple)


@dataclass(frozen=True, kw_only=True)
class Replay:
    """The leaves that `where` picks, of an earlier dataset, take exactly `share` of all tokens, by their own tokens."""

    where: Where
    share: float

    def __post_init__(self) -> None:
        refuse(
            "replay",
            unless(bool(self.where), "where picks everything: name a column"),
            _where_errors(self.where),
            unless(0 < self.share < 1, f"share must lie in (0, 1), got {self.share!r}"),
        )


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stage of training. What it does not say (levels, bounds) it takes from the mix.

    share:      of the budget; the shares of all phases sum to 1.
    ramp_steps: above 0, the phase comes in so many equal steps, whose weights go in a straight line from those of the
                phase before to its own.
    """

    name: str
    share: float
    levels: tuple[Level, ...] | None = None
    bounds: tuple[Bound, ...] | None = None
    boosts: tuple[Boost, ...] = ()
    ramp_steps: int = 0

    def __post_init__(self) -> None:
        refuse(
            f"phase {self.name!r}",
            unless(bool(self.name), "needs a name"),
            unless(0 < self.share <= 1, f"share must lie in (0, 1], got {self.share!r}"),
            unless(self.levels is None or bool(self.levels), "levels is empty: leave it out"),
            unless(self.ramp_steps >= 0, f"ramp_steps must be 0 or more, got {self.ramp_steps!r}"),
        )


def equal_phases(count: int) -> tuple[Phase, ...]:
    """So many phases of equal share, named "1", "2", ...; with a HeadDecay, one a epoch is the usual choice."""
    return tuple(Phase(name=str(i + 1), share=1 / count) for i in range(count))


@dataclass(frozen=True, kw_only=True)
class MixSpec:
    """The whole mix.

    max_epochs:  how often a leaf may be repeated over all phases. Source of 4: Muennighoff et al. 2023,
                 arXiv:2305.16264: up to four epochs are nearly as good as new data.
    min_tokens:  leaves with fewer tokens are left out, and said so in the plan.
    held_out:    share of every leaf, by hash, that is never mixed.
    multipliers: column of how many times a document is taken when its leaf is taken once; none: 1 for all.
    seed:        of the dataset: together with the text it decides which documents a partial leaf holds.
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
    multipliers: str | None = None
    held_out: float = 0.0
    seed: int = 0

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
