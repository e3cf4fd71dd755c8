"""Turns what the stages of a run report into counts by stage and events."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from corpusmill.pipeline.events.counts import OUTSTANDING, Figures, StageCounts
from corpusmill.pipeline.files.json_values import JsonObject

UNITS_LOGGED = 1000  # units of a stage with an event of their own; the state has the sums of all
FAILURES_LOGGED = 1000
Write = Callable[..., None]


class Watcher(Protocol):
    """What hears of each stage, as the display shows it, and of its units."""

    def began(self, stage: str, total: int) -> None:
        """A stage of so many units begins."""
        ...

    def moved(self, stage: str, *, documents: int, size_bytes: int) -> None:
        """A unit has ended."""
        ...

    def ended(self, stage: str) -> None:
        """The stage is over, or was broken off."""
        ...


class UnitListener(Protocol):
    """What hears of each unit, with more than the display shows."""

    def unit_done(self, stage: str, *, seconds: float, tokens: int) -> None:
        """A unit ended well."""
        ...

    def unit_failed(self, stage: str) -> None:
        """A unit failed every try."""
        ...


class Recorder:
    """The stages of one run so far. Safe to read from another thread."""

    def __init__(
        self,
        write: Write | None = None,
        *,
        clock: Callable[[], float] = time.time,
        cpu_clock: Callable[[], float] = time.process_time,
    ) -> None:
        """write: takes an event and its facts, such as `EventLog.write`; None: there is nobody to take them. cpu_clock:
        CPU seconds of this process, of which those before the run are not counted: one that catches up with slots has
        several runs.
        """
        self.clock = clock
        self._cpu_clock, self._cpu_before_s = cpu_clock, cpu_clock()
        self.write: Write = write or (lambda event, **facts: None)
        self.flush: Callable[[], object] = lambda: None
        self.facts: dict[str, Any] = {}
        self.listeners: list[UnitListener] = []
        self._stages: dict[str, StageCounts] = {}
        self._lock = threading.RLock()

    def began(self, stage: str, total: int) -> None:
        with self._lock:
            counts = self._stages.setdefault(stage, StageCounts(stage, began_at=self.clock()))
            counts.total += total
            counts.ended_at = None
        self.write("stage.started", stage=stage, units=total)

    def moved(self, stage: str, *, documents: int, size_bytes: int) -> None:
        with self._lock:
            counts = self._of(stage)
            counts.done += 1
            counts.documents += documents
            counts.read_bytes += size_bytes
            counts.total = max(counts.total, counts.done + counts.failed)

    def ended(self, stage: str) -> None:
        with self._lock:
            counts = self._of(stage)
            counts.ended_at = self.clock()
            seconds = round(counts.seconds(counts.ended_at), 3)
            done, failed, documents = counts.done, counts.failed, counts.documents
        self.write("stage.finished", stage=stage, done=done, failed=failed, documents=documents, seconds=seconds)

    def unit_done(self, stage: str, name: str, measured: Figures, counts: Mapping[str, Any]) -> None:
        """A unit ended well. counts: what it returned."""
        seconds = measured["seconds"]
        with self._lock:
            stage_counts = self._of(stage)
            weight = float(counts.get("read_bytes") or counts.get("documents") or 1)
            stage_counts.timed_unit(name, weight=weight, **measured)
            before = stage_counts.tokens
            for what, *path, number in counts.get("tally", ()):
                if what == "in" and path[:1] == ["documents"]:
                    stage_counts.records += number
                elif what == "kept" and path[:1] == ["documents"]:
                    stage_counts.accepted += number
                elif what == "tokens":
                    stage_counts.tokens += number
            tokens = stage_counts.tokens - before
        for listener in self.listeners:
            listener.unit_done(stage, seconds=seconds, tokens=tokens)
        with self._lock:
            if stage_counts.timed > UNITS_LOGGED:
                return
        self.write("unit.finished", stage=stage, unit=name, **measured)

    def unit_failed(self, stage: str, name: str, *, reason: str, error: str) -> None:
        """A unit failed every try. reason: the same for units that failed for the same cause."""
        with self._lock:
            counts = self._of(stage)
            counts.failed_unit(reason)
        for listener in self.listeners:
            listener.unit_failed(stage)
        with self._lock:
            if counts.failed > FAILURES_LOGGED:
                return
        self.write("unit.failed", stage=stage, unit=name, reason=reason, error=error[:500])

    def outstanding(self, stage: str, names: Sequence[str]) -> None:
        """These units of a stage are not finished yet; named once few remain."""
        with self._lock:
            self._of(stage).outstanding = list(names) if len(names) <= OUTSTANDING else []

    def stages(self) -> list[StageCounts]:
        """A copy of the counts of each stage, in the order in which they began."""
        with self._lock:
            return [StageCounts.from_json(counts.to_json()) for counts in self._stages.values()]

    def driver_cpu_seconds(self) -> float:
        """CPU time of this process since the run began."""
        return self._cpu_clock() - self._cpu_before_s

    def state(self) -> JsonObject:
        """What the last line of a segment says: the facts of the run, its CPU time here, the counts of its stages."""
        with self._lock:
            own = {"driver_cpu_seconds": round(self.driver_cpu_seconds(), 2)}
            return {**self.facts, **own, "stages": [counts.to_json() for counts in self._stages.values()]}

    def _of(self, stage: str) -> StageCounts:
        return self._stages.setdefault(stage, StageCounts(stage, began_at=self.clock()))
