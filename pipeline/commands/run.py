"""`corpusmill run`: runs a job and prints what came of it; says so where inputs gave nothing."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from corpusmill.cluster.local_ray import LocalRay
from corpusmill.cluster.storage import Store
from corpusmill.errors import EmptyRun, IncompleteDataset
from corpusmill.pipeline.commands.jobs import job_to_run, sent_job, written_in
from corpusmill.pipeline.commands.outcome import tell
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.submitted_paths import at_lines
from corpusmill.pipeline.commands.summary import last_line, output_of, summary_json
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import Display, print_table, screen
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.inputs.as_written import AsWritten
from corpusmill.pipeline.inputs.slot_paths import has_slots, with_slots
from corpusmill.pipeline.report.funnel_table import as_table
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import Summary, run_job
from corpusmill.pipeline.versions.slots import done_slots


@dataclass(frozen=True, kw_only=True)
class RunArguments:
    """What the command line gives `run` and `update`. sent: the file is what `submit` wrote, everything worked in."""

    job: Path
    overrides: tuple[str, ...] = ()
    sample: float | None = None
    limit: int | None = None
    address: str | None = None
    workers: int | None = None
    replace: bool = False
    quiet: bool = False
    update: bool = False
    versioned: bool = False
    slot: str | None = None
    sent: bool = False
    log_format: str = "text"
    lineage: str | None = None
    as_json: bool = False  # what came of it is printed as JSON, in place of the funnel
    begun: LocalRay | None = None  # Ray on this machine, where it has been started already

    def options(self, written: AsWritten) -> Options:
        """How the job is run. written: what its file writes for its addresses."""
        return Options(
            address=self.address,
            workers=self.workers,
            update=self.update,
            replace=self.replace,
            written=written,
            versioned=self.versioned,
            slot=self.slot,
            lineage=self.lineage,
            begun=self.begun,
        )


def job_of_arguments(given: RunArguments) -> tuple[JobSpec, AsWritten]:
    """The job to run, and what its file writes for its addresses."""
    if given.sent:
        return sent_job(given.job)
    written = written_in(given.job, given.overrides)
    return job_to_run(given.job, given.overrides, sample=given.sample, limit=given.limit), written


def run(given: RunArguments) -> None:
    """Run a job and print what came of it."""
    spec, written = job_of_arguments(given)
    with places_of(given):
        spec = slots_filled(spec)
    run_and_tell(given, spec, written)


def slots_filled(spec: JobSpec) -> JobSpec:
    """The job with the files of every slot that is done; InputError where its paths have slots and none is."""
    done = done_slots(Store(spec.workspace, spec.storage)) if has_slots(spec) else []
    return with_slots(spec, [(each.slot.at, each.slot.name) for each in done], None)


def places_of(given: RunArguments) -> contextlib.AbstractContextManager[None]:
    """Puts lines of the job file before what is wrong with its inputs, where the file is one that a person wrote."""
    return contextlib.nullcontext() if given.sent else at_lines(given.job, given.overrides)


def run_and_tell(
    given: RunArguments, spec: JobSpec, written: AsWritten, *, summaries: list[JsonObject] | None = None
) -> None:
    """Run a job as it was understood, print what came of it, and end with an error where inputs gave nothing.

    summaries: takes what would be printed as JSON, for a command that runs several jobs and prints one value.
    """
    display = Display(quiet=given.quiet, as_json=given.log_format == "json")
    try:
        with places_of(given):
            done = run_job(spec, given.options(written), display)
    except EmptyRun as e:
        if not given.quiet:
            print_table(display.console, as_table(e.funnel))
        raise
    if given.as_json and summaries is not None:
        summaries.append(summary_json(spec, done))
    elif given.as_json:
        echo_json(summary_json(spec, done))
    elif given.log_format == "json":
        what = "nothing to do" if done.did_nothing else "published"
        display.line(f"{spec.name}: {what}: {output_of(spec, done)}", facts=last_line(spec, done))
    elif not given.quiet:
        tell(spec, done, screen())
    check_complete(spec, done)


def check_complete(spec: JobSpec, done: Summary) -> None:
    """Incomplete when a file gave no record and the job does not say `on_failure: continue`, or a whole source did."""
    if not done.lost:
        return
    what = "them" if len(done.manifest["missing"]) > 1 else "it"
    lines = [*done.lost.lines(), f"{spec.output} was made without {what}"]
    if done.lost.sources or spec.on_failure == "stop":
        allowed = "; `on_failure: continue` allows for single files" if spec.on_failure == "stop" else ""
        raise IncompleteDataset("\n".join([*lines[:-1], f"{lines[-1]}: repair the inputs and run again{allowed}"]))
    for line in lines:
        echo(f"corpusmill: {line}", err=True)
