"""The units of each part of the steps, named by all that decides their outputs; which of them are done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup.key_writer import fingerprint as keys_fingerprint
from corpusmill.pipeline.execution.run_stage import (
    Result,
    committed,
    finished,
)
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.stages.gathered.stage import Answers, stored_answers
from corpusmill.pipeline.stages.ingest.counts import IngestCounts
from corpusmill.pipeline.stages.ingest.unit import IngestUnit
from corpusmill.pipeline.steps import sources
from corpusmill.pipeline.steps.step_groups import Part, parts_of
from corpusmill.pipeline.workspace.shards import Shard, Shards, UnitFiles

VERSION = 7  # of what a unit counts and writes
THRESHOLDS_SHOWN = 40


@dataclass(frozen=True)
class PartStatus:
    """One part of the steps as it stands in a workspace: its units, as far as they can be named, and which are done."""

    part: Part
    units: Sequence[IngestUnit]
    done: Mapping[str, IngestCounts]
    files: Sequence[UnitFiles]  # of the units, in their order
    answers: Answers | None = None  # what the stage after it found, once it has run
    result: Result[IngestCounts] | None = None  # of all its units, where their manifest is there


def lines_of(part: PartStatus) -> Iterable[str]:
    """Describe how far a group of steps before the last is, and the thresholds that were found after it."""
    yield f"{part.part.stage}: {len(part.done)} of {len(part.units)} committed"
    rows = part.answers.thresholds() if part.answers else []
    yield from (f"  {line}" for line in (part.answers.selection() if part.answers else []))
    for row in rows[:THRESHOLDS_SHOWN]:
        quantiles = ", ".join(f"{value:g} at {q}" for q, value in row["quantiles"].items())
        yield f"  {row['column']} of {row['group']}: {quantiles}, of {row['documents']:,} documents"
    if len(rows) > THRESHOLDS_SHOWN:
        yield f"  and {len(rows) - THRESHOLDS_SHOWN} more"


def units(spec: JobSpec, shards: Sequence[Shard], limit: int | None = None) -> list[IngestUnit]:
    """The units of these shards for the first part, see `units_of`."""
    return units_of(spec, Shards.of(shards).groups(), limit)


def units_of(spec: JobSpec, groups: Sequence[UnitFiles], limit: int | None = None) -> list[IngestUnit]:
    """One unit for the files of each group, for the first part. Its name says all that decides its outputs: the
    stretches of input, their numbers, the operators.

    limit: at most this many documents of each; null: all.
    """
    prints, keys = _fingerprints(spec, 0, groups)
    return [
        {
            "name": digest(VERSION, g.identity(), prints[g.source, g.reader], keys, limit),
            "part": 0,
            "before": None,
            "answer": None,
            "limit": limit,
            **g.to_unit(),
        }
        for g in groups
    ]


def later_units(
    spec: JobSpec, number: int, before: Mapping[str, UnitFiles], found: Mapping[str, str]
) -> list[IngestUnit]:
    """The units of part `number`, which take up the units `before`. found: the answer's file of each of those."""
    prints, keys = _fingerprints(spec, number, [*before.values()])
    return [
        {
            "name": digest(VERSION, unit, found[unit], prints[s.source, s.reader], keys),
            "part": number,
            "before": unit,
            "answer": found[unit],
            "limit": None,
            **s.to_unit(),
        }
        for unit, s in before.items()
    ]


def _fingerprints(
    spec: JobSpec, number: int, groups: Sequence[UnitFiles]
) -> tuple[dict[tuple[str, str], str], str | None]:
    """Of a part: of its steps, by source and reader; and of dedup's keys, which the last part alone writes."""
    part = parts_of(spec)[number]
    prints = {key: sources.fingerprint(spec, *key, part) for key in sorted({(g.source, g.reader) for g in groups})}
    share = spec.evidence.measure_dropped
    return prints, digest(keys_fingerprint(spec.dedup), share) if part.awaited is None else None


def part_statuses(spec: JobSpec, workspace: Store, shards: Sequence[Shard]) -> list[PartStatus]:
    """Each part of the steps whose units can be named: a later one only when all before it is done."""
    found: list[PartStatus] = []
    groups = Shards.of(shards).groups()
    work = units_of(spec, groups)
    for number, part in enumerate(parts_of(spec)):
        result = finished(workspace, part.stage, [u["name"] for u in work])  # one file, in place of one a unit
        done = committed(workspace, part.stage, {u["name"] for u in work}).counts if result is None else result.counts
        named = {u["name"]: s for u, s in zip(work, groups, strict=True)}
        ready = part.awaited is not None and len(done) == len(work)
        known = stored_answers(workspace, part, list(named)) if ready else None
        found.append(PartStatus(part, work, done, groups, known, result))
        if known is None:
            break
        work = later_units(spec, number + 1, named, known.files)
    return found
