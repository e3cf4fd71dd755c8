"""Holds everything a report is made of: aggregates that a run stored, never rows of documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpusmill.operators.mix.plan.plan import MixPlan
from corpusmill.pipeline.evidence.evidence import Evidence
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.report.signal_data import Bound


@dataclass(frozen=True)
class Pair:
    """A removed document beside the one that stays. texts: their beginnings; cluster: documents removed for it."""

    survivor: int
    removed: int
    similarity: float | None
    cluster: int
    text_of_kept: str
    removed_text: str


@dataclass(frozen=True)
class StageTime:
    """How long a stage took. seconds: wall time, of the run that last had something to do there."""

    name: str
    seconds: float
    units: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A run as a report shows it. Whatever is null was not to be had, and its section says so."""

    name: str
    funnel: Funnel
    manifest: Mapping[str, Any] | None = None
    circumstances: Mapping[str, Any] = field(default_factory=dict)  # `_run.json`
    plan: MixPlan | None = None
    evidence: Evidence | None = None
    bounds: Sequence[Bound] = ()
    step_names: Sequence[str] = ()
    dedup: Mapping[str, Any] | None = None
    pairs: Sequence[Pair] = ()
    times: Sequence[StageTime] = ()
    months: Sequence[tuple[str, int, int]] = ()  # month, documents and tokens of the mix; "" for no date
