"""What each step of a job found in one document, and what its decisions compared that with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from corpusmill.errors import CorpusmillError
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision, Operator, Reader
from corpusmill.operators.decide.language import Language
from corpusmill.operators.text.reasons import Bound
from corpusmill.pipeline.why.find import Document

UNKNOWN = "?"  # the reason of a decision that cannot be made again
KEPT, DROPPED, UNDECIDED = "keeps it", "drops it", "was not reached"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A value of the document and what a decision compares it with; open bounds are null."""

    column: str
    value: Any
    low: float | None = None
    high: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the value is within its bounds; null where there is none."""
        if self.value is None or isinstance(self.value, str):
            return None
        value = np.float32(self.value) if isinstance(self.value, float) else self.value
        low = self.low if self.low is None or isinstance(self.value, int) else np.float32(self.low)
        high = self.high if self.high is None or isinstance(self.value, int) else np.float32(self.high)
        return bool((low is None or value >= low) and (high is None or value <= high))

    def __str__(self) -> str:
        bounds = [f"at least {self.low:g}"] if self.low is not None else []
        bounds += [f"at most {self.high:g}"] if self.high is not None else []
        mark = "" if self.holds is None or self.holds else "  <-- outside"
        return f"{self.column} = {worded(self.value)}  ({' and '.join(bounds) or 'no bound'}){mark}"


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """One step on one document. values: what it measured or read; limits: what a decision compared."""

    name: str
    kind: str  # "extract", "rewrite", "signals", "decide", or of the user's own
    verdict: str = ""  # of a decision: KEPT, UNDECIDED, or DROPPED with its reason
    values: Mapping[str, Any]
    limits: tuple[Limit, ...] = ()


class Watched(Batch):
    """One document, whose decisions tell what they compare."""

    def __init__(self, table: pa.Table) -> None:
        super().__init__(table)
        self.limits: list[Limit] = []

    def compared(self, column: str, *, low: Bound = None, high: Bound = None) -> None:
        """Note a comparison of the one row; two of one column become one."""
        value = self.column(column)[0].as_py()
        new = Limit(column=column, value=_number(value), low=_bound(low), high=_bound(high))
        for place, known in enumerate(self.limits):
            if known.column == column and (known.low is None or new.low is None):
                self.limits[place] = _both(known, new)
                return
        self.limits.append(new)


def _both(first: Limit, second: Limit) -> Limit:
    low = first.low if second.low is None else second.low
    high = first.high if second.high is None else second.high
    return Limit(column=first.column, value=first.value, low=low, high=high)


def _bound(bound: Bound) -> float | None:
    """The bound of the one row; null where it is open."""
    found = bound if bound is None else float(np.asarray(bound).reshape(-1)[0])
    return None if found is None or np.isnan(found) else found


def _number(value: Any) -> Any:
    return value.timestamp() if hasattr(value, "timestamp") else value


def measured(document: Document, steps: list[tuple[str, Operator]]) -> Iterator[StepResult]:
    """Each step in order. What a step measured stands in the document's row; decisions are made again on that row."""
    dropped_by = document.value("step")
    reached = True
    for name, op in steps:
        kind = name.partition(".")[0]
        if isinstance(op, Decision):
            result, reason = decided(document, name, op, reached=reached)
            # of two steps of one name the one whose reason was stored
            mine = reached and name == dropped_by and reason in (UNKNOWN, document.value("reason"))
            verdict = f"{DROPPED}: {document.value('reason')}" if mine else result.verdict
            yield replace(result, verdict=verdict)
        else:
            columns = (
                [c for c in op.columns_added() if c not in ("text", "failure")] if not isinstance(op, Reader) else []
            )
            values = {c: document.value(c) for c in columns if c in document.row.column_names}
            mine = reached and name == dropped_by
            verdict = f"failed: {document.value('reason')}" if mine else "" if reached else UNDECIDED
            yield StepResult(name=name, kind=kind, verdict=verdict, values=values)
        reached = reached and not mine


def decided(document: Document, name: str, op: Decision, *, reached: bool) -> tuple[StepResult, str | None]:
    """What a decision says of the row, and its reason to drop it; null where it keeps it, UNKNOWN where it cannot
    tell.
    """
    batch = Watched(document.row)
    verdict = KEPT if reached else UNDECIDED
    there = [c for c in op.columns_read() if c in document.row.column_names]
    values = {c: document.value(c) for c in there}
    try:
        reason = op(batch)[0].as_py()
    except (CorpusmillError, KeyError, pa.ArrowInvalid):  # it awaits statistics, or a column that was never measured
        return StepResult(name=name, kind="decide", verdict=verdict, values=values), UNKNOWN
    if not reached and reason is not None and all(v is not None for v in values.values()):
        verdict = f"{UNDECIDED}; it would drop it too: {reason}"
    if isinstance(op, Language):
        least = op.least_scores().get(str(document.value("language")))
        batch.compared("language_score", low=least)
    compared = {limit.column for limit in batch.limits}
    rest = {c: v for c, v in values.items() if c not in compared}
    used = tuple(limit for limit in batch.limits if limit.low is not None or limit.high is not None)
    return StepResult(name=name, kind="decide", verdict=verdict, values=rest, limits=used), reason


def worded(value: Any) -> str:
    """A value for people.

    >>> worded(0.30000001192092896), worded(None), worded(12_345)
    ('0.3', 'null', '12345')
    """
    if value is None:
        return "null"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
