"""Where every record went: read = skipped + failed + dropped + kept, in records and in bytes, checked at run time.

A tally is a flat mapping from a path of words to a number, so that tallies of units add up to those of stages.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class AccountingError(RuntimeError):
    """Rows were lost or invented; nothing after this can be trusted, so the run stops."""


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


def total_of(units: Iterable[Mapping[str, Any]]) -> Tally:
    """The sum of the tallies that units returned under "tally"."""
    total = Tally()
    for counts in units:
        total.merge(Tally.from_json(counts["tally"]))
    return total


def check(what: str, *, came: int, went: Mapping[str, int]) -> None:
    """Raise AccountingError unless what came in is exactly what went out, place by place.

    >>> check("a shard", came=3, went={"kept": 2, "dropped": 1})
    """
    if came != sum(went.values()):
        places = " + ".join(f"{n:,} {place}" for place, n in went.items())
        raise AccountingError(f"{what}: {came:,} came in, but {places} = {sum(went.values()):,}")
