"""Ingest: each unit of input becomes kept documents, dropped ones with their reasons, and the keys dedup needs.

Where a step needs statistics over all documents, the steps run in groups (`pipeline.steps.step_groups`): `ingest1` goes
as far as that step, a stage combines the statistics, and the last group, `ingest`, writes what later stages read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpusmill.cluster.storage import Store
from corpusmill.errors import StageFailed
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.dedup.key_writer import fingerprint as keys_fingerprint
from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import (
    Result,
    committed,
    everything,
    failures_in_words,
    finished,
    rests_on,
    run_stage,
)
from corpusmill.pipeline.execution.tally import Sums, Tally, check
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.report.empty_run import check_ingested
from corpusmill.pipeline.report.funnel import Counted, of_ingest
from corpusmill.pipeline.stages import kernels_of_steps as warm
from corpusmill.pipeline.stages.gathered.stage import Answers, answers, stored_answers
from corpusmill.pipeline.stages.ingest.counts import IngestCounts
from corpusmill.pipeline.stages.ingest.files_apart import FilesApart, each_file, require_no_culprit
from corpusmill.pipeline.stages.ingest.unit import Ingest, IngestUnit
from corpusmill.pipeline.stages.ingest.unreadable import Lost, Unreadable, check_share, files_in, lost, unreadable
from corpusmill.pipeline.stages.stage import Stage, State, Status
from corpusmill.pipeline.steps import sources, user_code
from corpusmill.pipeline.steps.step_groups import LAST, Part, parts_of
from corpusmill.pipeline.workspace import inventory
from corpusmill.pipeline.workspace.shards import Shard, Shards, UnitFiles

VERSION = 7  # of what a unit counts and writes
MEMORY_BYTES = 1_500_000_000  # 1.25 times the peak of a worker on a 1 GB WET file
THRESHOLDS_SHOWN = 40


@dataclass(frozen=True)
class Ingested:
    """What the last part did, and the files of each of its units that is committed.

    earlier: results of the parts before it; answers: what the stages between found.
    """

    result: Result[IngestCounts]
    shards: Mapping[str, UnitFiles]
    earlier: Sequence[Result[IngestCounts]] = ()
    answers: Sequence[Answers] = ()

    @property
    def unreadable(self) -> list[Unreadable]:
        """Shards of which no record could be read."""
        return unreadable(self.result.counts, self.shards)

    @property
    def lost(self) -> Lost:
        """The inputs that gave no record."""
        return lost(self.result.counts, self.shards, self.result.failed)

    @property
    def ran(self) -> dict[str, int]:
        """Units that ran just now, by stage, in order."""
        found: dict[str, int] = {}
        for stage in (*self.earlier, *self.answers, self.result):
            found[stage.stage] = found.get(stage.stage, 0) + stage.ran
        return found

    def thresholds(self) -> dict[str, list[Mapping[str, Any]]]:
        """The quantiles that were found, by the step that asked for them."""
        return {a.step: a.thresholds() for a in self.answers if a.thresholds()}

    def rests_on(self) -> set[str]:
        """Names of units, answers and manifests that the last part was made from."""
        names = {name for result in self.earlier for name in rests_on(result)}
        names |= {a.fingerprint for a in self.answers}
        return names | {file.split("/")[1].split(".")[0] for a in self.answers for file in a.files.values()}


@dataclass(frozen=True)
class PartStatus:
    """One part of the steps as it stands in a workspace: its units, as far as they can be named, and which are done."""

    part: Part
    units: Sequence[IngestUnit]
    done: Mapping[str, IngestCounts]
    files: Sequence[UnitFiles]  # of the units, in their order
    answers: Answers | None = None  # what the stage after it found, once it has run
    result: Result[IngestCounts] | None = None  # of all its units, where their manifest is there


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


def ingest(run: Run, shards: Sequence[Shard]) -> Ingested:
    """Read, extract, measure, decide. Failed units are in the result; StageFailed where the job does not allow them.

    Files that fail in a unit they share are left out of it, and the others are read without them.
    """
    job = run.spec.to_canonical()
    files = {r.address: resources.sha256(r.address) for r in sources.files_of(job)}
    task = Ingest(job=job, workspace=run.workspace, code=user_code.files_of(run.spec), files=files)
    groups, failed, ran = Shards.of(shards).groups(), list[Failed](), 0
    while True:
        try:
            return _through_parts(run, groups, task, failed, ran)
        except FilesApart as apart:
            groups, ran = apart.without_found(groups), ran + apart.ran
            failed += apart.failed
            if apart.too_long:
                groups += inventory.with_own_numbers(run, apart.too_long).groups()


def _through_parts(
    run: Run, groups: Sequence[UnitFiles], task: Ingest, failed_before: Sequence[Failed], ran: int
) -> Ingested:
    """All parts of the steps. failed_before: files that were left out of their units; ran: units that ran for that."""
    parts = parts_of(run.spec)
    if run.spec.sample.limit is not None:
        done = _limited(run, groups, task, parts[0].stage, run.spec.sample.limit)
    else:
        done = _run(run, parts[0].stage, units_of(run.spec, groups), task)
    done = replace(
        done, result=replace(done.result, failed=[*failed_before, *done.result.failed], ran=done.result.ran + ran)
    )
    earlier: list[Result[IngestCounts]] = []
    between: list[Answers] = []
    for number, part in enumerate(parts[:-1]):
        judge(run, done)
        check_ingested(run, done.result)
        earlier.append(done.result)
        between.append(answers(run, part, done.shards, done.result.counts))
        work = later_units(run.spec, number + 1, done.shards, between[-1].files)
        done = _run(run, parts[number + 1].stage, work, task)
    failed = [f for result in (*earlier, done.result) for f in result.failed]
    result = replace(done.result, failed=failed)
    judge(run, replace(done, result=result))
    if not failed and run.spec.sample.limit is None:
        other = result.tally.total("other_span_bytes")
        check("bytes of files read in several spans that no record has", came=0, went={"other": other})
    check_ingested(run, result)
    done = Ingested(result, done.shards, earlier, between)
    check_share(run.spec, done.unreadable, failed, files_in(done.shards, failed))
    return done


def judge(run: Run, ingested: Ingested) -> None:
    """Raise StageFailed unless the run may go on although units failed."""
    failed = ingested.result.failed
    if not failed:
        return
    if run.spec.on_failure == "stop":
        raise StageFailed(failures_in_words("ingest", failed))
    share = len(failed) / files_in(ingested.shards, failed)
    if share > run.spec.max_failed_share:
        raise StageFailed(
            f"{share:.1%} of the input shards failed, more than max_failed_share = {run.spec.max_failed_share:.1%}\n"
            + failures_in_words("ingest", failed)
        )


def _run(run: Run, stage: str, work: Sequence[IngestUnit], task: Ingest) -> Ingested:
    result = run_stage(
        run,
        stage,
        work,
        task,
        memory_bytes=MEMORY_BYTES,
        uses=lambda unit: warm.ingest_use(task.job, unit["source"], unit["reader"]),
        isolated=lambda unit: {**unit, "isolated": True},
    )
    require_no_culprit(result)
    result = replace(result, failed=[file for unit in result.failed for file in each_file(unit)])
    return Ingested(result, {u["name"]: UnitFiles.from_unit(u) for u in work if u["name"] in result.counts})


def _limited(run: Run, groups: Sequence[UnitFiles], task: Ingest, stage: str, limit: int) -> Ingested:
    """Units of a source one after another, in the order of their hash, until it has given `limit` documents.

    So a larger limit contains a smaller one, and a quick look reads no more than it shows.
    """
    sums, found, failed, ran = Sums(), {}, list[Failed](), 0
    for source in sorted({g.source for g in groups}):
        left, mine = limit, [g for g in groups if g.source == source]
        for group in sorted(mine, key=lambda g: digest(g.first.uri, g.first.start)):
            if left <= 0:
                break
            result = _run(run, stage, units_of(run.spec, [group], left), task).result
            sums.merge(Sums(dict(result.counts), result.tally))
            found |= dict.fromkeys(result.counts, group)
            failed += result.failed
            ran += result.ran
            left -= sum(c["taken"] for c in result.counts.values())
    order = sorted(found, key=lambda name: found[name].number)
    result = Result(stage, {n: sums.counts[n] for n in order}, sums.tally, ran, failed)
    return Ingested(result, {n: found[n] for n in order})
