"""A job from the first file to the published dataset, stage by stage, doing only what is not done."""

import functools
import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from corpusmill.cluster import faultpoint
from corpusmill.operators.contract import Reader
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.events import history
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.files.workspace_layout import FUNNEL
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight.file_remarks import file_remarks
from corpusmill.pipeline.preflight.skipped_steps import skipped_steps
from corpusmill.pipeline.report.cost.rates import basis_of, rates_of
from corpusmill.pipeline.report.funnel import Funnel
from corpusmill.pipeline.run import lineage, policies, report
from corpusmill.pipeline.run.doubled import doubled
from corpusmill.pipeline.run.explain import files_of, remember
from corpusmill.pipeline.run.opened import opened
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.provenance import provenance
from corpusmill.pipeline.run.stages import remembered, run_stages, statuses
from corpusmill.pipeline.run.version_run import VersionOutcome, is_versioned, run_version
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.ingest import vanished_files as kept
from corpusmill.pipeline.stages.ingest.stage import IngestStage
from corpusmill.pipeline.stages.ingest.unreadable import Lost
from corpusmill.pipeline.stages.publish.stage import PublishStage
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.versions.slots import parse_slot, record_slot
from corpusmill.pipeline.workspace import excluded, inventory, sweep

RUNS_LOOKED_AT = 20  # for one whose rates a prediction can be made by


@dataclass(frozen=True)
class Summary:
    """What a run did."""

    funnel: Funnel
    ran: Mapping[str, int]  # units that ran, by stage; none: everything was there already
    seconds: float
    manifest: Mapping[str, Any]
    lost: Lost = field(default_factory=Lost)  # inputs that gave no record
    version: VersionOutcome | None = None  # where the output has versions

    @property
    def did_nothing(self) -> bool:
        return self.version.folder is None if self.version is not None else not any(self.ran.values())


def run_job(spec: JobSpec, options: Options, display: Display) -> Summary:
    """Run every stage that is not done. Errors leave what is committed in place: the same call goes on from there."""
    started = time.monotonic()
    files: list[tuple[InputFile, str, Reader]] = []
    if options.look:
        found = preflight.check_inputs(spec, replace=options.replace)
        files = preflight.with_readers(spec, found)
        for remark in found.remarks:
            display.line(f"warning: {remark}")
    else:
        preflight.check_resources(spec)
    for warning in (*skipped_steps(spec, files), *file_remarks(spec)):
        display.line(f"warning: {warning}")
    sizes = {file.uri: file.size for file, _, _ in files}
    uses = kernel_uses.of_job(spec, {name for _, name, _ in files})
    with (
        opened(spec, options, display, uses) as run,
        lineage.lineage(spec, options.lineage, run.lease.mine.owner, sizes, display) as sent,
    ):
        done = _stages(replace(run, started=started), files, options)
        run.events.facts |= {"did_nothing": done.did_nothing, "tokens": done.manifest.get("tokens")}
        parts = done.manifest["parts"]
        sent.output = lineage.Counted(
            rows=int(done.manifest["sequences"]),
            size_bytes=sum(int(part["bytes"]) for part in parts),
            files=len(parts),
        )
        sent.version = done.version and done.version.newest
        return done


def _stages(run: Run, files: list[tuple[InputFile, str, Reader]], options: Options) -> Summary:
    """Run every stage in order, each on the outcomes of those before it."""
    taken_in = files_of(run.spec)
    look = options.look
    found = inventory.look(run.spec, run.workspace, files, update=options.update) if look else inventory.unchanged(run)
    numbered = kept.without_vanished(run.spec, run.workspace, found)
    for remark in (*doubled(run.spec, numbered), *policies.check_run(run.spec, numbered.current)):
        run.display.line(f"warning: {remark}")
    inventory.commit(run, numbered)
    expect(run, numbered)
    made_how = functools.cache(lambda: provenance(run.spec, numbered.current, run.workspace, taken_in, options.written))
    run = replace(run, provenance=made_how)
    state = State(run.spec, run.workspace, run.output, numbered.current)
    seconds_of: dict[str, float] = {}
    version: VersionOutcome | None = None
    if makes_version(run, state, options):
        appends = options.update or not options.look
        version = run_version(run, state, numbered, slot=options.slot, appends=appends, seconds=seconds_of)
        state, by_stage, manifest, funnel = version.state, version.ran, version.manifest, version.funnel
    else:
        state, by_stage = run_stages(run, state, seconds=seconds_of)
        manifest, funnel = state.of(PublishStage).manifest, state.of(PublishStage).funnel
    ran = {"inventory": len(numbered.new), **by_stage}
    faultpoint.reached("run.remember")
    nothing_new = version is not None and version.folder is None
    _remember(state, taken_in, funnel, also=sweep.remembered(run.workspace, "names") if nothing_new else set())
    if any(ran.values()) or not state.output.exists(report.NAME):
        report.keep_times(run.workspace, seconds_of, ran)
        report.write(run.spec, run.workspace, state.output, run.display.line)
    if options.slot is not None:
        record_slot(run.workspace, parse_slot(options.slot), None if version is None else version.of_slot)
    seconds, lost = time.monotonic() - run.started, state.of(IngestStage).lost
    return Summary(funnel=funnel, ran=ran, seconds=seconds, manifest=manifest, lost=lost, version=version)


def expect(run: Run, numbered: inventory.Numbered) -> None:
    """Note what the run should need by the rates of an earlier one, for `status` to compare with what it takes."""
    shards = numbered.new or numbered.current
    input_bytes = int((shards.column("end") - shards.column("start")).sum())
    basis = basis_of(history.runs(run.workspace, most=RUNS_LOOKED_AT))
    if basis is not None:
        expected = {rate.stage: rate.cpu_s(input_bytes, max(basis.cpus, 1)) for rate in rates_of(basis)}
        run.events.facts |= {"predicted": expected, "predicted_by": basis.run}


def makes_version(run: Run, state: State, options: Options) -> bool:
    """Whether what is new becomes a version; not where the output is what this job makes of these inputs already."""
    if is_versioned(run):
        return True
    return options.versioned and list(statuses(state))[-1][1].outcome is None


def _remember(state: State, taken_in: Mapping[str, str], found: Funnel, *, also: Collection[str]) -> None:
    """Write what the next comparison and the next clean go by: the job, the funnel, all that the dataset rests on.

    also: names that the dataset rests on as well.
    """
    remember(state.workspace, state.spec, taken_in)
    state.workspace.publish_changed(FUNNEL, json.dumps(found.to_json()).encode())
    live = remembered(state)
    live["names"] = [*live.get("names", []), *also]
    sweep.remember(state.workspace, taken_out=[excluded.state(state.workspace)], **live)
