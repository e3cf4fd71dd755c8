"""Counts what a new version has that was not there before, and what its runs took."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.events import history
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files.dataset_layout import MANIFEST
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.mix.stage import MixStage
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.stages.tokenize.axes_unit import AxesUnit
from corpusmill.pipeline.stages.tokenize.stage import TokenizeStage, axes_units
from corpusmill.pipeline.versions import publishing
from corpusmill.pipeline.workspace import sweep
from corpusmill.pipeline.workspace.inventory import Shard


def axes_of(state: State) -> dict[int, AxesUnit]:
    """The axes unit of each shard, by the shard's number."""
    shards = state.of(IngestStage).shards
    units = axes_units(state.spec, state.of(TokenizeStage).counts)
    return {shards[unit["ingested"]].number: unit for unit in units}


def earlier_shards(run: Run, shards: Iterable[Shard], before: tuple[str, Mapping[str, Any]] | None) -> set[int]:
    """Numbers of the shards that the newest version holds, or the dataset that was there before the first version."""
    if before is not None:
        return {int(number) for number in before[1].get("axes", ())}
    if not run.output.exists(MANIFEST):
        return set()
    published = sweep.remembered(run.workspace, "shards")
    return {shard.number for shard in shards if shard.identity in published}


def tokens_before_of(output: Store, before: tuple[str, Mapping[str, Any]] | None) -> int:
    """Tokens of the newest version, or of the dataset that was there before the first one."""
    if before is None and not output.exists(MANIFEST):
        return 0
    return publishing.tokens_of(output, "" if before is None else before[0])


def news(state: State, shards: Iterable[Shard], earlier: Collection[int]) -> dict[str, int]:
    """What is new: files, documents that passed the steps, and those of them that dedup removed. earlier: numbers of
    the shards that were there before.
    """
    new = [shard for shard in shards if shard.number not in earlier]
    numbers, ingested = {shard.number for shard in new}, state.of(IngestStage)
    units = [name for name, shard in ingested.shards.items() if shard.number in numbers]
    counts = [ingested.result.counts[name] for name in units if name in ingested.result.counts]
    documents = sum(int(each.get("documents", 0)) for each in counts)
    drawn = state.of(MixStage).axes.counts
    unique = sum(drawn[unit["name"]]["documents"] for n, unit in axes_of(state).items() if n in numbers)
    return {
        "files": len({(shard.source, shard.uri) for shard in new}),
        "documents": documents,
        "duplicates": documents - unique,
    }


@dataclass(frozen=True)
class Used:
    """What the runs took that a version is the outcome of. runs: how many; cpu_seconds: of drivers and units."""

    runs: int
    cpu_seconds: float


def used_for(run: Run) -> Used:
    """What this run has taken so far, with the runs before it that were to make the same and did not finish.

    Of a run whose driver was killed: up to its last sign in the workspace.
    """
    own = run.events.driver_cpu_seconds() + sum(stage.cpu_seconds for stage in run.events.stages())
    owner = str(run.events.facts.get("owner"))
    earlier = history.unfinished(run.workspace, job=run.spec.name, output=run.spec.output, owner=owner)
    return Used(runs=1 + len(earlier), cpu_seconds=round(own + sum(state.cpu_seconds for state in earlier), 1))
