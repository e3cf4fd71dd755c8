"""Which leaves a rule is about, and the rules that pick leaves: bounds, caps, boosts, replay."""

from collections.abc import Mapping
from dataclasses import dataclass

from corpusmill.operators.mix.spec.weights import positive, refuse, unless

Where = Mapping[str, tuple[str, ...]]
REPLAY_NEAR = 0.01  # of the share: how far a replay may be off it, where documents are short beside it; a guess


def in_words(where: Where) -> str:
    """A set of leaves in words.

    >>> in_words({"domain": ("law",), "language": ("de", "fr")})
    'domain=law, language=de|fr'
    """
    return ", ".join(f"{column}={'|'.join(values)}" for column, values in where.items())


def where_errors(where: Where) -> str:
    """The complaint about a `where` that is not column -> tuple of strings, or an empty string."""
    bad = [c for c, v in where.items() if not (isinstance(v, tuple) and v and all(isinstance(x, str) for x in v))]
    return unless(not bad, f"where wants a tuple of strings for each column, see {', '.join(map(repr, bad))}")


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
            where_errors(self.where),
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
            where_errors(self.where),
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
            where_errors(self.where),
            unless(ok, f"factor must be above 0, got {self.factor!r}"),
        )


@dataclass(frozen=True, kw_only=True)
class Replay:
    """The leaves that `where` picks, of an earlier dataset, take exactly `share` of all tokens, by their own tokens."""

    where: Where
    share: float

    def __post_init__(self) -> None:
        refuse(
            "replay",
            unless(bool(self.where), "where picks everything: name a column"),
            where_errors(self.where),
            unless(0 < self.share < 1, f"share must lie in (0, 1), got {self.share!r}"),
        )

    @property
    def window(self) -> Bound:
        """Where the share may end when whole documents are taken: the plan's own tokens have it exactly."""
        return Bound(where=self.where, min=self.share * (1 - REPLAY_NEAR), max=min(1.0, self.share * (1 + REPLAY_NEAR)))
