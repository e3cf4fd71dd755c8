"""Dedup: every document of every shard against all others; then one table of duplicates a shard."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.errors import GiantCluster, NotConverged, RemovalCeiling, StageFailed
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup import takedown
from corpusmill.pipeline.dedup import warm as warm_dedup
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.index import record, with_resolved
from corpusmill.pipeline.dedup.settings import EnteredShard, Settings
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.progress import counted
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Counts, phases_of, runner, stage_manifest
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.kernels import compile as kernels
from corpusmill.pipeline.report.empty_run import require_documents
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.steps.sources import input_of
from corpusmill.pipeline.workspace.shards import UnitFiles

MEMORY_BYTES = 1_600_000_000  # 1.25 times the peak on 128 MiB of pairs of which a third share a key: 1.29 GB


@dataclass(frozen=True)
class Removed:
    """`tables`: each ingest unit's table of duplicates, named by its content; `by_reason`: removals by rule;
    `few_removed`: the documents that a table removes, by its unit, where they are few.
    """

    tables: Mapping[str, str]
    by_reason: Mapping[str, int]
    facts: Mapping[str, Any]
    fingerprint: str
    ran: int
    few_removed: Mapping[str, Sequence[int]] = field(default_factory=dict)


class DedupStage(Stage[Removed]):
    """Finds duplicates over all shards: one result, named by all that decides it."""

    name = "dedup"
    folders = ("dedup", "duplicates", "index", "sets")

    def look(self, state: State) -> Status[Removed]:
        shards = state.of(IngestStage).shards
        return Status(outcome=finished_result(state.workspace, requested(state.spec, state.workspace, shards)[1]))

    def run(self, run: Run, state: State) -> Removed:
        ingested = state.of(IngestStage)
        removed = dedup(run, ingested.shards, ingested.result.counts)
        entered = ingested.result.tally
        unique = entered.total("kept", "documents") - sum(removed.by_reason.values())
        require_documents("dedup", entered, unique, removed=dict(removed.by_reason))
        return removed

    def remembers(self, outcome: Removed) -> Mapping[str, Iterable[str | int]]:
        return {"duplicates": outcome.tables.values(), "names": [outcome.fingerprint]}


def requested(spec: JobSpec, workspace: Store, shards: Mapping[str, UnitFiles]) -> tuple[Settings, str]:
    """What deduplication of these shards, by the name of their ingest unit, is; and the name of its result."""
    entered = sorted(
        (
            EnteredShard(
                unit=name,
                number=s.number,
                source=s.source,
                priority=input_of(spec, s.source).priority,
                uri=s.uri,
            )
            for name, s in shards.items()
        ),
        key=lambda s: s.number,
    )
    settings = Settings(spec=spec.dedup, shards=tuple(entered), takedown=takedown.read(workspace))
    ceilings = [spec.dedup.max_removed_share, spec.dedup.max_cluster_share, spec.dedup.index]
    return settings, digest(settings.fingerprint, ceilings)  # ceilings decide whether a result stands, not what it is


def finished_result(workspace: Store, judged: str) -> Removed | None:
    """The result of that name; None when there is none yet."""
    told = stage_manifest(workspace, manifest_of(judged))
    if told is None:
        return None
    few = told.get("few_removed", {})
    return Removed(told["tables"], told["facts"]["removed"], told["facts"], judged, ran=0, few_removed=few)


def manifest_of(judged: str) -> str:
    return f"manifests/dedup-{judged}.json"


def dedup(run: Run, shards: Mapping[str, UnitFiles], counts: Mapping[str, Counts]) -> Removed:
    """Deduplicate the kept documents of these shards, by the name of their ingest unit. counts: of these units."""
    settings, judged = requested(run.spec, run.workspace, shards)
    settings = replace(
        settings, files_bytes={unit: each["files_bytes"] for unit, each in counts.items() if "files_bytes" in each}
    )
    if (there := finished_result(run.workspace, judged)) is not None:
        return there
    work = Work(
        store=run.workspace,
        folder=f"dedup/{settings.fingerprint}",
        run=runner(run, "dedup", MEMORY_BYTES),
        before=warm_dedup.Ready(run.spec.dedup),
        show=phases_of(run, "dedup"),
    )
    kernels.announce([warm_dedup.use(run.spec.dedup)] if shards else (), run.display.line)
    settings = with_resolved(run.workspace, settings)
    started = run.display.clock()
    try:
        found = deduplicate(work, settings)
    except (RemovalCeiling, GiantCluster, NotConverged) as e:
        raise StageFailed(str(e)) from e
    removed = counted(sum(found.facts["removed"].values()), "document")
    run.display.line(f"{'dedup':<10} {removed} removed in {run.display.clock() - started:.1f} s")
    run.lease.check()
    record(work, settings, found.tables, found.sets)
    faultpoint.reached("dedup.manifest")
    content = {"tables": dict(found.tables), "facts": dict(found.facts), "few_removed": dict(found.removed)}
    run.workspace.publish(manifest_of(judged), json.dumps(content, sort_keys=True).encode())
    run.workspace.delete_all([left_over.uri for left_over in run.workspace.files(work.folder)])
    return Removed(found.tables, found.facts["removed"], found.facts, judged, ran=1, few_removed=found.removed)
