"""What each command does, once its arguments are read."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.errors import EmptyRun, IncompleteDataset, InputError, JobError
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.submitted_paths import at_lines
from corpusmill.pipeline.commands.summary import output_of, summary_json
from corpusmill.pipeline.config.base.problems import job_error
from corpusmill.pipeline.config.load import examine, load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import Display, counted, print_table, screen
from corpusmill.pipeline.execution.terminal import echo
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.inputs.as_written import AsWritten, as_written
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.inputs.slot_paths import has_slots, with_slots
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight.owner import owner_of
from corpusmill.pipeline.report.funnel import as_table, leaves_table, size
from corpusmill.pipeline.run import stages
from corpusmill.pipeline.run.runner import Options, Summary, run_job
from corpusmill.pipeline.stages.ingest import stage as ingest
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.versions.slots import done_slots
from corpusmill.pipeline.workspace import excluded, inventory, sweep
from corpusmill.pipeline.workspace import unfinished_uploads as cut_off
from corpusmill.pipeline.workspace.shards import Shards

SAMPLE_SUFFIX = "-sample"
WRITTEN = "as_written.json"  # goes with a job that is sent


def job_of(job: Path, overrides: tuple[str, ...]) -> JobSpec:
    """The job in a file, with what the command line changes of it."""
    return with_sample_folder(load(job, overrides=overrides), overrides)


def job_to_run(job: Path, overrides: tuple[str, ...], *, sample: float | None, limit: int | None) -> JobSpec:
    """The same of a job that is to run: when it is wrong, its files and stores are looked at too, and all is told."""
    found = examine(job, overrides=(given := (*overrides, *sample_overrides(sample, limit))))
    if found.spec is None or found.problems:
        further = [found.source.problem(p.path, p.message) for p in preflight.also_wrong(found.parts)]
        raise job_error([*found.problems, *further])
    return with_sample_folder(found.spec, given)


def sample_overrides(sample: float | None, limit: int | None) -> tuple[str, ...]:
    """The overrides that `--sample` and `--limit` stand for."""
    given = {"sample.documents": sample, "sample.limit": limit}
    return tuple(f"{key}={value}" for key, value in given.items() if value is not None)


def with_sample_folder(spec: JobSpec, overrides: Sequence[str]) -> JobSpec:
    """The job with an output folder of its own, where the command line makes a sample of it and names no output."""
    keys = {override.partition("=")[0].strip() for override in overrides}
    if "output" in keys or not any(key.partition(".")[0] == "sample" for key in keys):
        return spec
    if owner_of(spec).sample is None:
        return spec
    return spec.model_copy(update={"output": sample_folder(spec.output)})


def sample_folder(output: str) -> str:
    """The folder for samples of the job that writes to `output`. InputError where that is a bucket.

    >>> sample_folder("/data/out/"), sample_folder("s3://bucket/corpus")
    ('/data/out-sample', 's3://bucket/corpus-sample')
    """
    _, slashes, path = output.rpartition("://")
    if slashes and "/" not in path.strip("/"):
        told = f"{output} is a bucket, and a sample has a folder beside the output: name one with `--set output=...`"
        raise InputError([InJob(("output",), told)])
    return output.rstrip("/") + SAMPLE_SUFFIX


def written_in(job: Path, overrides: Sequence[str]) -> AsWritten:
    """What a job file writes for its addresses; an empty one where it cannot be read, which is told elsewhere."""
    try:
        data = examine(job, overrides=overrides).source.data
    except JobError:
        return AsWritten()
    return as_written(data, job.parent, os.environ)


def from_job(out: Path, job: Path) -> str:
    """A file as the job names it: a path from the job file's folder, where it lies in or beside that."""
    return Path(os.path.relpath(out.resolve(), job.resolve().parent)).as_posix()


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
        )


def job_of_arguments(given: RunArguments) -> tuple[JobSpec, AsWritten]:
    """The job to run, and what its file writes for its addresses."""
    if given.sent:
        return sent_job(given.job)
    written = written_in(given.job, given.overrides)
    return job_to_run(given.job, given.overrides, sample=given.sample, limit=given.limit), written


def sent_job(job: Path) -> tuple[JobSpec, AsWritten]:
    """A job as `submit` wrote it, everything worked in."""
    sent_with = job.parent / WRITTEN
    written = AsWritten.from_json(sent_with.read_text("utf-8")) if sent_with.is_file() else AsWritten()
    return JobSpec.from_canonical(job.read_text(encoding="utf-8")), written


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
        display.line(f"{spec.name}: {'nothing to do' if done.did_nothing else 'published'}: {spec.output}")
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


AGAIN = "run the same command again to process only new or changed inputs"


def tell(spec: JobSpec, done: Summary, console: Console, *, again: str = AGAIN) -> None:
    """Print the end of a run, for a person. again: what the next command does."""
    if done.did_nothing:
        console.print(f"{spec.name}: up to date: {spec.output} matches this job and its inputs")
        return
    made = done.manifest
    where = output_of(spec, done)
    console.print()
    print_table(console, as_table(done.funnel))
    if done.funnel.skipped:
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in sorted(done.funnel.skipped.items(), key=lambda i: -i[1]))
        console.print(f"skipped records, which are no documents: {kinds}", markup=False)
    for step, changes in sorted(done.funnel.rewritten.items(), key=lambda i: -i[1]):
        console.print(f"{step}: {changes:,}", markup=False)
    if (named := done.funnel.special_tokens_named).get("occurrences"):
        how = "read as text" if spec.tokens.special_tokens == "split" else "kept as special tokens"
        console.print(
            f"special tokens named in text: {named['occurrences']:,} in {named['documents']:,} documents, {how}"
        )
    for column, values in sorted(done.funnel.unread.items(), key=lambda i: -i[1]):
        told = (
            f"{column}: {values:,} values could not be read and are null; `unread_fields` of the documents holds them"
        )
        console.print(told, markup=False)
    console.print()
    print_table(console, leaves_table(done.funnel))
    kept = done.funnel.by("source")
    out = excluded.read(Store(spec.workspace, spec.storage)).sources
    if empty := [i.source for i in spec.inputs if i.source not in out and not kept.get(i.source, {}).get("kept")]:
        console.print(f"nothing is kept of {', '.join(empty)}: see `corpusmill inspect dropped --source {empty[0]}`")
    if removed := [i.source for i in spec.inputs if i.source in out]:
        console.print(f"{', '.join(removed)} left out: `corpusmill remove-source --undo` lets a source in again")
    console.print()
    console.print(
        f"{counted(made['tokens'], 'token')} in {counted(made['sequences'], 'sequence')}, "
        f"{counted(len(made['parts']), 'part')}: {where}"
        f"\n{done.seconds:.1f} s; {again}",
        markup=False,
    )
    for line in news_of(done):
        console.print(line, markup=False)


def news_of(done: Summary) -> list[str]:
    """What a version brought, a line each; nothing where the output has no versions."""
    version = done.version
    if version is None or version.folder is None or version.new is None:
        return []
    new = version.new
    came = f"{counted(new['files'], 'new file')} with {counted(new['documents'], 'document')}"
    copies = f"{new['duplicates']:,} of them duplicates of published ones or each other"
    lines = [f"{version.folder}: {came}, {copies}; {new['tokens']:+,} tokens"]
    if version.held:
        lines.append(f"{version.folder} is published and not the latest: {version.held}")
    return lines


def clean(*, job: Path, overrides: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Print what nothing refers to, and with `yes` delete it; the last line is the totals."""
    spec = job_of(job, overrides)
    workspace = Store(spec.workspace, spec.storage)
    if lease.read(workspace) is None:
        if as_json:
            echo_json({"files": [], "size_bytes": 0, "unfinished_uploads": [], "deleted": False})
        else:
            echo(f"no run has begun in {spec.workspace}: there is nothing to clean")
        return
    with lease.held(workspace):
        output = Store(spec.output, spec.storage)
        state = State(spec, workspace, output, shards_as_given(spec, workspace))
        live = sweep.remembered(workspace, "names") | stages.begun(state)
        found = sweep.unreferenced(workspace, live, stages.folders())
        begun = _cut_off(workspace, output)
        if yes:
            sweep.sweep(workspace, found)
            for each in begun:
                each.abort()
    if as_json:
        uploads = [str(each) for each in begun]
        echo_json({"files": found.names, "size_bytes": found.size_bytes, "unfinished_uploads": uploads, "deleted": yes})
        return
    for line in (*found.names, *map(str, begun)):
        echo(line)
    for folder in found.folders:
        echo(f"{folder.name}/: {counted(folder.files, 'file')}, {size(folder.size_bytes)}")
    totals = f"{counted(len(found.names), 'file')}, {size(found.size_bytes)}"
    totals += f", and {counted(len(begun), 'unfinished upload')}" if begun else ""
    if not found.names and not begun:
        echo(f"would delete 0 files: all that runs wrote in {spec.workspace} is in use")
    else:
        echo(f"deleted {totals}" if yes else f"would delete {totals}; say --yes to do it")


def _cut_off(workspace: Store, output: Store) -> list[cut_off.CutOff]:
    """Uploads that were cut off; none, and a word about it, where the credentials do not let us list them."""
    try:
        return cut_off.uploads(workspace, output, folders=stages.folders(), now=datetime.now(UTC))
    except OSError as e:
        echo(f"unfinished uploads are left out, they cannot be listed: {e}", err=True)
        return []


def as_given(spec: JobSpec, workspace: Store) -> list[ingest.PartStatus]:
    """What of the job as it is now is committed, part by part of its steps."""
    return ingest.part_statuses(spec, workspace, shards_as_given(spec, workspace))


def shards_as_given(spec: JobSpec, workspace: Store) -> Shards:
    """The shards in the workspace of sources that are in the job and not taken out."""
    return inventory.usable(workspace, {i.source for i in spec.inputs})
