"""Exports what a run has done as metrics of Ray, which Prometheus collects from every node.

Names follow the conventions of Prometheus: base units, counters end in `_total`. Ray puts `ray_` before each.
"""

import time
from dataclasses import dataclass
from typing import Any

UNITS = "corpusmill_units_total"
DOCUMENTS = "corpusmill_documents_total"
READ_BYTES = "corpusmill_read_bytes_total"
TOKENS = "corpusmill_tokens_total"
UNIT_SECONDS = "corpusmill_unit_seconds_total"
STAGE_SECONDS = "corpusmill_stage_seconds_total"
UNITS_PLANNED = "corpusmill_units_planned"


@dataclass(frozen=True)
class Metric:
    """A metric as it is declared. kind: counter or gauge; Ray adds `ray_` before its name."""

    name: str
    kind: str
    about: str
    tags: tuple[str, ...] = ("job", "stage")


METRICS = (
    Metric(UNITS, "counter", "Units of work that ended.", ("job", "stage", "outcome")),
    Metric(DOCUMENTS, "counter", "Documents of the units that ended."),
    Metric(READ_BYTES, "counter", "Bytes of input that were read."),
    Metric(TOKENS, "counter", "Tokens that units counted: made, chosen or packed, by stage."),
    Metric(UNIT_SECONDS, "counter", "Seconds that units ran, of all workers together."),
    Metric(STAGE_SECONDS, "counter", "Seconds that stages ran."),
    Metric(UNITS_PLANNED, "gauge", "Units of the stage that runs."),
)


class StageMetrics:
    """Hears of each stage and sets the metrics; made where Ray runs."""

    def __init__(self, job: str) -> None:
        from ray.util import metrics

        kinds: dict[str, Any] = {"counter": metrics.Counter, "gauge": metrics.Gauge}
        self._job = job
        self._metrics = {m.name: kinds[m.kind](m.name, description=m.about, tag_keys=m.tags) for m in METRICS}
        self._since: dict[str, float] = {}

    def began(self, stage: str, total: int) -> None:
        """A stage of so many units begins."""
        self._since[stage] = time.monotonic()
        self._metrics[UNITS_PLANNED].set(total, tags=self._tags(stage))

    def moved(self, stage: str, *, documents: int, size_bytes: int) -> None:
        """A unit has ended."""
        self._add(UNITS, 1, stage, outcome="done")
        self._add(DOCUMENTS, documents, stage)
        self._add(READ_BYTES, size_bytes, stage)

    def unit_done(self, stage: str, *, seconds: float, tokens: int) -> None:
        """A unit ended well after so many seconds of its own."""
        self._add(UNIT_SECONDS, seconds, stage)
        self._add(TOKENS, tokens, stage)

    def unit_failed(self, stage: str) -> None:
        """A unit failed every try."""
        self._add(UNITS, 1, stage, outcome="failed")

    def ended(self, stage: str) -> None:
        """The stage is over."""
        self._add(STAGE_SECONDS, time.monotonic() - self._since.pop(stage, time.monotonic()), stage)
        self._metrics[UNITS_PLANNED].set(0, tags=self._tags(stage))

    def _add(self, name: str, number: float, stage: str, **more: str) -> None:
        if number > 0:  # Ray refuses a counter that stays
            self._metrics[name].inc(number, tags=self._tags(stage) | more)

    def _tags(self, stage: str) -> dict[str, str]:
        return {"job": self._job, "stage": stage}
