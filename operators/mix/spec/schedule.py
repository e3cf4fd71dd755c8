"""How a mix is laid out over training: levels of the tree, phases, and the head that fades with the epochs."""

from dataclasses import dataclass, field

from corpusmill.operators.mix.spec.weights import Natural, Weighting, refuse, unless
from corpusmill.operators.mix.spec.where import Boost, Bound


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of the tree: siblings differ in these columns and share a parent of the levels above."""

    columns: tuple[str, ...]
    weighting: Weighting = field(default_factory=Natural)

    def __post_init__(self) -> None:
        refuse("level", unless(bool(self.columns), "needs at least one column"))


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
