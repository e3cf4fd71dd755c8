"""Counts what one stage of a run has done so far, in a size that does not grow with the number of its units."""

import heapq
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypedDict

from corpusmill.pipeline.files.json_values import JsonObject

SLOWEST = 10  # units named by how long they took
REASONS = 20  # reasons of failures counted one by one; the others together
OUTSTANDING = 20  # units are named that are not finished yet, once so few of them remain
OTHER = "other reasons"


class Figures(TypedDict):
    """What is measured of a unit: seconds and CPU seconds that it ran, less what the process waited for kernels to be
    compiled; whether it was the first of its kind in its process; the peak bytes of that process so far; CPU seconds
    that it read records.
    """

    seconds: float
    cpu_seconds: float
    first: bool
    peak_bytes: int
    read_cpu_seconds: float


@dataclass
class StageCounts:
    """One stage: its units, documents and bytes, times in Unix seconds; `unit_seconds` and `cpu_seconds` of all
    units together.

    records, accepted: documents that were read, and those that passed the steps, where the stage reads inputs; tokens:
    where it counts them. slowest: seconds and name of the units that took longest. outstanding: names of the last few
    units that are not finished. reasons: of failures, with their number.
    """

    name: str
    total: int = 0
    done: int = 0
    failed: int = 0
    documents: int = 0
    tokens: int = 0
    read_bytes: int = 0
    records: int = 0
    accepted: int = 0
    unit_seconds: float = 0.0
    cpu_seconds: float = 0.0
    timed: int = 0  # units that both are about
    first: int = 0  # of these the first ones of their process, which load kernels and models
    first_cpu_seconds: float = 0.0
    first_weight: float = 0.0
    weight: float = 0.0  # of all timed units: bytes of input, else documents, else one each
    spread: tuple[float, float, float] = (0.0, 0.0, 0.0)  # of all but the first: sums of cpu^2, cpu * weight, weight^2
    peak_bytes: int = 0  # of the memory of a worker process
    read_cpu_seconds: float = 0.0  # of these units, that they read records, whatever became of these
    began_at: float = 0.0
    ended_at: float | None = None
    slowest: list[tuple[float, str]] = field(default_factory=list)
    outstanding: list[str] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    def timed_unit(
        self,
        name: str,
        seconds: float,
        *,
        cpu_seconds: float = 0.0,
        weight: float = 1.0,
        first: bool = False,
        peak_bytes: int = 0,
        read_cpu_seconds: float = 0.0,
    ) -> None:
        """Take in how long a unit ran, its CPU time and weight, and the peak memory of its process so far.

        first: of its process.
        """
        self.timed += 1
        self.unit_seconds += seconds
        self.cpu_seconds += cpu_seconds
        self.weight += weight
        self.read_cpu_seconds += read_cpu_seconds
        if first:
            self.first += 1
            self.first_cpu_seconds += cpu_seconds
            self.first_weight += weight
        else:
            more = cpu_seconds * cpu_seconds, cpu_seconds * weight, weight * weight
            self.spread = (self.spread[0] + more[0], self.spread[1] + more[1], self.spread[2] + more[2])
        self.peak_bytes = max(self.peak_bytes, peak_bytes)
        entry = (round(seconds, 3), name)
        if len(self.slowest) < SLOWEST:
            heapq.heappush(self.slowest, entry)
        else:
            heapq.heappushpop(self.slowest, entry)

    def failed_unit(self, reason: str) -> None:
        """Count a unit that failed every try."""
        self.failed += 1
        known = reason in self.reasons or len(self.reasons) < REASONS
        key = reason if known else OTHER
        self.reasons[key] = self.reasons.get(key, 0) + 1

    def seconds(self, now: float) -> float:
        """How long the stage has run, or ran."""
        return max((now if self.ended_at is None else self.ended_at) - self.began_at, 0.0)

    def remaining_s(self, now: float) -> float | None:
        """How long it will still run at the pace so far; None before a unit is done, 0 after the last."""
        finished = self.done + self.failed
        if self.ended_at is not None or finished >= self.total:
            return 0.0
        return None if not finished else self.seconds(now) / finished * (self.total - finished)

    def to_json(self) -> JsonObject:
        """The counts as JSON has them, the slowest unit first."""
        return {**asdict(self), "slowest": sorted(self.slowest, reverse=True)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "StageCounts":
        """The counts that `to_json` gave; keys of later versions are passed over."""
        fields = {key: value for key, value in values.items() if key in cls.__dataclass_fields__}
        fields["spread"] = tuple(fields.get("spread", (0.0, 0.0, 0.0)))
        fields["slowest"] = [(float(seconds), str(name)) for seconds, name in fields.get("slowest", ())]
        return cls(**fields)
