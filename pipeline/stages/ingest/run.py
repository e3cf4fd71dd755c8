"""Runs the units of ingest: part after part, without the files that fail in a unit they share."""

from collections.abc import Sequence
from dataclasses import replace

from corpusmill.pipeline.execution.outcomes import Failed
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.execution.run_stage import (
    Result,
    run_stage,
)
from corpusmill.pipeline.execution.tally import Sums, check
from corpusmill.pipeline.files import referenced as resources
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.report.empty_run import check_ingested
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.gathered.stage import Answers, answers
from corpusmill.pipeline.stages.ingest.counts import IngestCounts
from corpusmill.pipeline.stages.ingest.files_apart import FilesApart, each_file, require_no_culprit
from corpusmill.pipeline.stages.ingest.outcome import Ingested, judge
from corpusmill.pipeline.stages.ingest.parts import later_units, units_of
from corpusmill.pipeline.stages.ingest.unit import Ingest, IngestUnit
from corpusmill.pipeline.stages.ingest.unreadable import check_share, files_in
from corpusmill.pipeline.steps import sources, user_code
from corpusmill.pipeline.steps.step_groups import parts_of
from corpusmill.pipeline.workspace import inventory
from corpusmill.pipeline.workspace.shards import Shard, Shards, UnitFiles

MEMORY_BYTES = 1_500_000_000  # 1.25 times the peak of a worker on a 1 GB WET file


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


def _run(run: Run, stage: str, work: Sequence[IngestUnit], task: Ingest) -> Ingested:
    result = run_stage(
        run,
        stage,
        work,
        task,
        memory_bytes=MEMORY_BYTES,
        uses=lambda unit: kernel_uses.ingest_use(task.job, unit["source"], unit["reader"]),
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
