"""Where every record went: read = skipped + failed + dropped + kept, in records and in bytes, checked at run time.

A tally is a flat mapping from a path of words to a number, so that tallies of units add up to those of stages.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpusmill.errors import AccountingError


@dataclass
class Tally:
    """Counts of one unit, or the sum of many. Keys are tuples of words: ("dropped", "decide.bounds", "reason")."""

    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def add(self, *path: str, by: int = 1) -> None:
        if by:
            self.counts[path] += by

    def merge(self, other: "Tally") -> None:
        self.counts.update(other.counts)

    def total(self, *prefix: str) -> int:
        """Sum of all counts whose path begins with `prefix`."""
        return sum(n for path, n in self.counts.items() if path[: len(prefix)] == prefix)

    def below(self, *prefix: str) -> dict[tuple[str, ...], int]:
        """What lies under `prefix`: the rest of each path, and its count, sorted by path."""
        found: Counter[tuple[str, ...]] = Counter()
        for path, n in self.counts.items():
            if path[: len(prefix)] == prefix:
                found[path[len(prefix) :]] += n
        return dict(sorted(found.items()))

    def to_json(self) -> list[list[Any]]:
        return [[*path, n] for path, n in sorted(self.counts.items())]

    @classmethod
    def from_json(cls, rows: Iterable[list[Any]]) -> "Tally":
        return cls(Counter({tuple(row[:-1]): int(row[-1]) for row in rows}))


@dataclass
class Sums:
    """What the units of a stage gave, by name, and the sum of their tallies.

    A tally is as long as the unit has leaves and reasons; one is kept for all units, never one for each.
    """

    counts: dict[str, Any] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def take(self, name: str, result: Mapping[str, Any]) -> None:
        """Take what one unit returned, with its tally under "tally", if it has one."""
        self.counts[name] = {what: value for what, value in result.items() if what != "tally"}
        self.tally.merge(Tally.from_json(result.get("tally", ())))

    def merge(self, other: "Sums") -> None:
        """Take the units of another stage run; none may be in both."""
        self.counts |= other.counts
        self.tally.merge(other.tally)


def check(what: str, *, came: int, went: Mapping[str, int]) -> None:
    """Raise AccountingError unless what came in is exactly what went out, place by place.

    >>> check("a shard", came=3, went={"kept": 2, "dropped": 1})
    """
    if came != sum(went.values()):
        places = " + ".join(f"{n:,} {place}" for place, n in went.items())
        raise AccountingError(f"{what}: {came:,} came in, but {places} = {sum(went.values()):,}")
