"""A run that no document comes out of ends where the last one is lost, and says what became of them all."""

from collections.abc import Sequence

from corpusmill.cluster.storage import Store
from corpusmill.errors import EmptyRun
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Result
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.tables import read_table
from corpusmill.pipeline.report.funnel_of_stages import funnel, of_ingest, of_mix, of_unique, reasons

SHOWN = 6  # reasons in the message
LOOKED_AT = 8  # units, for an example of a reason


def require_documents(
    stage: str, ingested: Tally, documents: int, *, removed: dict[str, int] | None = None, example: str | None = None
) -> None:
    """Raise EmptyRun when `documents`, which a stage passed on, is 0.

    removed: duplicates, by rule; example: the whole reason of one document that went.
    """
    if documents:
        return
    went = {f"{kind}, {why}": n for kind in ("failed", "dropped") for why, n in reasons(ingested, kind).items()}
    went |= {f"skipped ({why})": n for why, n in reasons(ingested, "skipped").items()}
    went |= {"not in the sample": ingested.total("not_sampled")} | {
        f"removed, {k}": n for k, n in (removed or {}).items()
    }
    told = funnel([of_ingest(ingested), of_unique(Tally(), removed or {}), of_mix(Tally())])
    raise EmptyRun(_message(stage, {why: n for why, n in went.items() if n}, example), told)


def _message(stage: str, went: dict[str, int], example: str | None) -> str:
    """What became of the documents, most frequent reasons first; example: one whole reason."""
    many_first = sorted(went.items(), key=lambda item: (-item[1], item[0]))
    why = "; ".join(f"{n:,} {what}" for what, n in many_first[:SHOWN]) or "the inputs contain none"
    more = f"; and {len(went) - SHOWN} more reasons" if len(went) > SHOWN else ""
    such_as = "" if example is None or example in why else f" (such as {example})"
    shown = {"dropped": ("failed, ", "dropped, "), "duplicates": ("removed, ",)}
    looks = [
        f"`corpusmill inspect {what} JOB`" for what, kinds in shown.items() if any(w.startswith(kinds) for w in went)
    ]
    hint = f"\nthe ingested data is kept: {' and '.join(looks)} shows what went, and why" if looks else ""
    return f"no documents remain after {stage}: {why}{more}{such_as}{hint}"


def check_ingested(run: Run, ingested: Result) -> None:
    """Raise EmptyRun when no document came through the steps."""
    documents = sum(int(c["documents"]) for c in ingested.counts.values())
    example = None if documents else reason_of_one(run.workspace, list(ingested.counts)[:LOOKED_AT])
    require_documents("ingest", ingested.tally, documents, example=example)


def reason_of_one(workspace: Store, names: Sequence[str]) -> str | None:
    """The whole reason for which a document of these units left; None when none did."""
    for name in names:
        with workspace.open(f"dropped/{name}.parquet") as file:
            found = read_table(file, columns=["reason"])["reason"]
        if len(found):
            return str(found[0])
    return None
