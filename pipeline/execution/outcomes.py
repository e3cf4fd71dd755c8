"""What becomes of a unit: done or failed, and the row that says so on its way from a worker to the driver."""

import json
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa

from corpusmill.cluster import patience
from corpusmill.errors import AccountingError, FilesFailed
from corpusmill.pipeline.execution.machine_faults import in_words, kind_of

Unit = Mapping[str, Any]  # each stage declares its own as a TypedDict beside its task
U = TypeVar("U", bound=Unit)
Run = Callable[[Any], Mapping[str, Any]]

# The row that a unit becomes: a `result`, or an `error` and what belongs to it.
OUTCOME = pa.schema(
    {
        "index": pa.int64(),
        "result": pa.string(),
        "error": pa.string(),
        "details": pa.string(),
        "kind": pa.string(),
        "lost_rows": pa.bool_(),
        "culprits": pa.string(),
        "passes": pa.bool_(),
        "seconds": pa.float64(),
        "node": pa.string(),
    }
)


@dataclass(frozen=True)
class Done:
    """A unit that committed its outputs, the counts it gave, and the seconds it took where it ran."""

    unit: Unit
    counts: Mapping[str, Any]
    seconds: float = 0.0


@dataclass(frozen=True)
class Failed:
    """A unit that failed every try, and the last error with its traceback.

    kind: the error's class, or `machine_faults.KIND`. lost_rows: rows did not add up, which no further try and no
    tolerance makes good. culprits: of an error about some of the unit's files, these, see `errors.FilesFailed`.
    passes: a store did not answer, which may pass. seconds: that it took where it ran. node: the machine that it failed
    on by the machine's own fault, by its id in Ray; "" for any other failure.
    """

    unit: Unit
    error: str
    details: str
    kind: str = ""
    lost_rows: bool = False
    culprits: Sequence[Mapping[str, Any]] = ()
    passes: bool = False
    seconds: float = 0.0
    node: str = ""


def attempt(unit: Unit, run: Run) -> Done | Failed:
    """Run a unit where this is called; its own error is an outcome, since Ray would end the whole execution for it."""
    started = time.monotonic()
    try:
        counts = json.loads(json.dumps(run(unit)))
    except Exception as e:
        return Failed(
            unit,
            in_words(e),
            traceback.format_exc()[-4000:],
            kind=kind_of(e),
            lost_rows=isinstance(e, AccountingError),
            culprits=e.culprits if isinstance(e, FilesFailed) else (),
            passes=patience.trouble(e) is not None,
            seconds=time.monotonic() - started,
        )
    return Done(unit, counts, time.monotonic() - started)


def row_of(index: int, outcome: Done | Failed) -> pa.Table:
    """An outcome as a row of OUTCOME; the unit itself stays with the driver, which knows it by its index."""
    if isinstance(outcome, Done):
        values: dict[str, object] = {"result": json.dumps(outcome.counts)}
    else:
        names = ("error", "details", "kind", "lost_rows", "passes", "node")
        values = {name: getattr(outcome, name) for name in names}
        values["culprits"] = json.dumps(outcome.culprits) if outcome.culprits else None
    values |= {"index": index, "seconds": outcome.seconds}
    return pa.table([pa.array([values.get(f.name)], f.type) for f in OUTCOME], schema=OUTCOME)


def outcome_of(unit: Unit, row: Mapping[str, Any]) -> Done | Failed:
    """The outcome that a row of OUTCOME tells of."""
    if row["error"] is not None:
        culprits = json.loads(row["culprits"]) if row["culprits"] else ()
        kind, lost = row["kind"], row["lost_rows"]
        passes, seconds, node = row["passes"], row["seconds"], row["node"] or ""
        return Failed(
            unit, row["error"], row["details"], kind, lost, culprits, passes=passes, seconds=seconds, node=node
        )
    return Done(unit, json.loads(row["result"]), row["seconds"])
