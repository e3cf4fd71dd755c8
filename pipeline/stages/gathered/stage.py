"""The stages `lines`, `calibrate`, `rank`, `similar`, `clusters`: what steps gathered of all documents, put together.

A stage that is done has `manifests/STAGE-FINGERPRINT.json`, with the file that holds each unit's answer. Such a file is
named by its content, and the unit that takes it up is named by that: only shards whose answer changed run again.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.cluster.storage import Store
from corpusmill.operators.contract import Awaiting
from corpusmill.operators.decide.at_most import AtMost
from corpusmill.operators.decide.budget import Budget
from corpusmill.operators.decide.quantiles import Quantiles
from corpusmill.operators.decide.similar import Similar
from corpusmill.operators.decide.similar_vectors import SimilarVectors
from corpusmill.operators.decide.top import Top
from corpusmill.operators.rewrite.common_lines import CommonLines
from corpusmill.operators.signals.buckets import Buckets
from corpusmill.operators.signals.clusters import Clusters
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import Counts, phases_of, runner, stage_manifest
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.stages.gathered.calibrate import Judged, calibrate
from corpusmill.pipeline.stages.gathered.clusters import Sampled, clusters
from corpusmill.pipeline.stages.gathered.common_lines import Found, common_lines
from corpusmill.pipeline.stages.gathered.near_vectors import near_vectors
from corpusmill.pipeline.stages.gathered.rank import rank
from corpusmill.pipeline.stages.gathered.similar import similar
from corpusmill.pipeline.steps.step_groups import Part
from corpusmill.pipeline.workspace.shards import UnitFiles

VERSION = 1
LIMITS_SHOWN = 20
MEMORY_BYTES = 1_600_000_000  # as in dedup, whose exchange this is


@dataclass(frozen=True)
class Answers:
    """`files`: the answer of each unit that gathered; `facts`: for people; `ran`: whether it was worked out now."""

    stage: str
    files: Mapping[str, str]
    facts: Mapping[str, Any]
    fingerprint: str
    ran: int
    step: str  # that awaited them

    def thresholds(self) -> list[Mapping[str, Any]]:
        """Quantiles that were found: run, column, group, documents, and value by quantile; or nothing."""
        return self.facts.get("thresholds", [])

    def selection(self) -> list[str]:
        """What a ranking or a comparison found, a line each: how many documents stay, and what groups may keep."""
        if "give_way" in self.facts:
            return [f"{self.step}: {self.facts['give_way']:,} documents give way to a similar one"]
        if "clusters" in self.facts:
            found, of = self.facts["clusters"], self.facts["sampled"]
            return [f"{self.step}: {found:,} clusters, found in a sample of {of:,} documents"]
        if "stay" not in self.facts:
            return []
        limits = list(self.facts["limits"].values())[-1:]  # of the latest run
        shown = [f"{value or 'all'} {n:,}" for value, n in (limits[0] if limits else {}).items()][:LIMITS_SHOWN]
        return [
            f"{self.step}: {self.facts['stay']:,} documents stay",
            *([f"limits: {', '.join(shown)}"] if shown else []),
        ]


def answers(run: Run, part: Part, shards: Mapping[str, UnitFiles], counts: Mapping[str, Counts]) -> Answers:
    """What the step after `part` awaits. shards, counts: of the units of that part."""
    assert part.awaited is not None
    stage = part.awaited.stage
    known = stored_answers(run.workspace, part, list(shards))
    if known is not None:
        return known
    print_ = fingerprint(part, list(shards))
    work = Work(
        store=run.workspace,
        folder=f"gathered/{print_}",
        run=runner(run, stage, MEMORY_BYTES),
        show=phases_of(run, stage),
    )
    with run.display.stage(stage, 1) as bar:
        found = _found(work, part.awaited, shards, counts)
        bar.advance()
    run.lease.check()
    faultpoint.reached(f"{stage}.manifest")
    told = {"answers": dict(found.answers), "facts": dict(found.facts)}
    run.workspace.publish(manifest(stage, print_), json.dumps(told, sort_keys=True).encode())
    run.workspace.delete_all([left_over.uri for left_over in run.workspace.files(work.folder)])
    return Answers(stage, found.answers, found.facts, print_, ran=1, step=part.name)


def stored_answers(workspace: Store, part: Part, units: list[str]) -> Answers | None:
    """The answers, where they have been found before."""
    assert part.awaited is not None
    print_ = fingerprint(part, units)
    known = stage_manifest(workspace, manifest(part.awaited.stage, print_))
    if known is None or not all(workspace.exists(name) for name in set(known["answers"].values())):
        return None
    return Answers(part.awaited.stage, known["answers"], known["facts"], print_, ran=0, step=part.name)


def fingerprint(part: Part, units: list[str]) -> str:
    """Changes with whatever decides the answers: what was gathered, and what is asked of it."""
    return digest(VERSION, sorted(units), question(part.awaited))


def question(awaited: Awaiting | None) -> Any:
    match awaited:
        case CommonLines():
            return awaited.max_documents
        case Quantiles() | Buckets():
            return [awaited.required_quantiles(), awaited.min_documents]
        case Top() | AtMost():
            return awaited.count
        case Budget():
            return [awaited.amount, awaited.shares, awaited.short]
        case SimilarVectors():
            return awaited.threshold
        case Clusters():
            return [awaited.count, awaited.dimensions, awaited.seed]
        case Similar():
            return [awaited.measure, awaited.threshold]
        case _:
            raise TypeError(f"no stage finds what {type(awaited).__name__} awaits")


def manifest(stage: str, print_: str) -> str:
    return f"manifests/{stage}-{print_}.json"


def _found(work: Work, awaited: Awaiting, shards: Mapping[str, UnitFiles], counts: Mapping[str, Counts]) -> Found:
    gathered = {unit: counts[unit]["gathered"] for unit in shards}
    files = {name: size for told in gathered.values() for name, size in told["files"].items()}
    entered = [
        EnteredShard(unit=unit, number=s.number, source=s.source, priority=0, uri=s.uri) for unit, s in shards.items()
    ]
    if isinstance(awaited, CommonLines):
        records = sum(told["counts"] for told in gathered.values())
        return common_lines(work, files, entered, max_documents=awaited.max_documents, counts=records)
    if isinstance(awaited, Top | AtMost | Budget):
        weights: dict[int, Counter[str]] = {}
        for unit, told in gathered.items():
            weights.setdefault(shards[unit].run, Counter()).update(told["weights"])
        return rank(work, files, entered, awaited, weights)
    if isinstance(awaited, Similar):
        return similar(work, files, entered, awaited, {unit: told["compared"] for unit, told in gathered.items()})
    if isinstance(awaited, SimilarVectors):
        return near_vectors(work, files, entered, awaited)
    if isinstance(awaited, Clusters):
        sampled = [
            Sampled(unit=unit, run=shards[unit].run, files=told["files"], documents=told["documents"])
            for unit, told in gathered.items()
        ]
        return clusters(work, sampled, awaited)
    assert isinstance(awaited, Quantiles | Buckets)
    judged = [Judged(unit=unit, run=s.run, groups=tuple(gathered[unit]["groups"])) for unit, s in shards.items()]
    return calibrate(work, files, judged, quantiles=awaited.required_quantiles(), min_documents=awaited.min_documents)
