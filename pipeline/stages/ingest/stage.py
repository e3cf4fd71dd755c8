"""Ingest: each unit of input becomes kept documents, dropped ones with their reasons, and the keys dedup needs.

Where a step needs statistics over all documents, the steps run in groups (`pipeline.steps.step_groups`): `ingest1` goes
as far as that step, a stage combines the statistics, and the last group, `ingest`, writes what later stages read.
"""

from collections.abc import Iterable, Mapping, Sequence

from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import (
    Result,
    everything,
    rests_on,
)
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.report.funnel_of_stages import Counted, of_ingest
from corpusmill.pipeline.stages.ingest.outcome import Ingested
from corpusmill.pipeline.stages.ingest.parts import PartStatus, lines_of, part_statuses
from corpusmill.pipeline.stages.ingest.run import ingest
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.steps.step_groups import LAST


class IngestStage(Stage[Ingested]):
    """Reads and filters the input: one unit a shard and group of steps, with the stages of answers between groups."""

    name = LAST
    folders = (
        "answers",
        "bands",
        "bins",
        "documents",
        "dropped",
        "entries",
        "evidence",
        "gathered",
        "keys",
        "lines",
        "parts",
        "points",
        "similar",
        "sketches",
        "vectors",
    )

    def look(self, state: State) -> Status[Ingested]:
        parts = part_statuses(state.spec, state.workspace, state.shards)
        last, shards = parts[-1], len(parts[-1].units)
        done = len(last.done) if last.part.stage == LAST else 0
        if (limit := state.spec.sample.limit) is not None:
            lines = [f"ingest: shards are read one after another until a source has given {limit} documents"]
        else:
            lines = [line for part in parts if part.part.awaited for line in lines_of(part)]
            lines.append(f"ingest: {done} of {shards} committed, {shards - done} to run")
        return Status(outcome=_as_ingested(state, parts), committed=done, lines=lines)

    def run(self, run: Run, state: State) -> Ingested:
        return ingest(run, state.shards)

    def ran(self, outcome: Ingested) -> Mapping[str, int]:
        return outcome.ran

    def counted(self, outcome: Ingested, state: State) -> Counted:
        return of_ingest(outcome.result.tally)

    def remembers(self, outcome: Ingested) -> Mapping[str, Iterable[str | int]]:
        return {
            "shards": [n for each in outcome.shards.values() for n in each.files.identities().tolist()],
            "ingested": outcome.shards,
            "names": [*rests_on(outcome.result), *outcome.rests_on()],
        }

    def begun(self, state: State) -> set[str]:
        return {name for part in part_statuses(state.spec, state.workspace, state.shards) for name in part.done}


def _as_ingested(state: State, parts: Sequence[PartStatus]) -> Ingested | None:
    """The outcome of parts that are all done; None otherwise."""
    last = parts[-1]
    shards = {u["name"]: s for u, s in zip(last.units, last.files, strict=True)}
    if last.part.stage != LAST:
        return None
    result = last.result or everything(state.workspace, LAST, list(shards))
    if result is None:
        return None
    earlier = [Result(p.part.stage, p.done, Tally(), ran=0) for p in parts[:-1]]
    return Ingested(result, shards, earlier, [p.answers for p in parts if p.answers is not None])
