"""What each command does, once its arguments are read."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from corpusmill import pipeline
from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.cluster.submit import submit as submit_job
from corpusmill.errors import EmptyRun, IncompleteDataset, InputError, JobError
from corpusmill.pipeline.commands.submitted_paths import at_lines
from corpusmill.pipeline.config.base.problems import job_error
from corpusmill.pipeline.config.load import examine, load
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import Display, counted, print_table, screen
from corpusmill.pipeline.inputs.as_written import AsWritten, as_written
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.preflight.file_remarks import file_remarks
from corpusmill.pipeline.preflight.owner import owner_of
from corpusmill.pipeline.preflight.skipped_steps import skipped_steps
from corpusmill.pipeline.report.funnel import as_table, leaves_table, size
from corpusmill.pipeline.run import explain, stages
from corpusmill.pipeline.run.runner import Options, Summary, run_job
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.compiling import send_along
from corpusmill.pipeline.stages.ingest import stage as ingest
from corpusmill.pipeline.stages.stage import State
from corpusmill.pipeline.steps import user_code
from corpusmill.pipeline.workspace import inventory, sweep, withheld
from corpusmill.pipeline.workspace import unfinished_uploads as cut_off

SAMPLE_SUFFIX = "-sample"
WRITTEN = "as_written.json"  # goes with a job that is sent


def job_of(job: Path, overrides: tuple[str, ...]) -> JobSpec:
    """The job in a file, with what the command line changes of it."""
    return with_sample_folder(load(job, overrides=overrides), overrides)


def job_to_run(job: Path, overrides: tuple[str, ...], *, sample: float | None, limit: int | None) -> JobSpec:
    """The same of a job that is to run: when it is wrong, its files and stores are looked at too, and all is told."""
    found = examine(job, overrides=(given := (*overrides, *sample_overrides(sample, limit))))
    if found.spec is None or found.problems:
        further = [found.source.problem(p.path, p.message) for p in preflight.also_wrong(found.known)]
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
    sent: bool = False

    def options(self, written: AsWritten) -> Options:
        """How the job is run. written: what its file writes for its addresses."""
        return Options(
            address=self.address, workers=self.workers, update=self.update, replace=self.replace, written=written
        )


def run(given: RunArguments) -> None:
    """Run a job and print what came of it."""
    job, overrides = given.job, given.overrides
    if given.sent:
        spec, places = JobSpec.from_canonical(job.read_text(encoding="utf-8")), contextlib.nullcontext()
        sent_with = job.parent / WRITTEN
        written = AsWritten.from_json(sent_with.read_text("utf-8")) if sent_with.is_file() else AsWritten()
    else:
        written = written_in(job, overrides)
        spec, places = job_to_run(job, overrides, sample=given.sample, limit=given.limit), at_lines(job, overrides)
    display = Display(quiet=given.quiet)
    try:
        with places:
            done = run_job(spec, given.options(written), display)
    except EmptyRun as e:
        if not given.quiet:
            print_table(display.console, as_table(e.funnel))
        raise
    if not given.quiet:
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
        click.echo(f"corpusmill: {line}", err=True)


AGAIN = "the same command again does only what is new"


def tell(spec: JobSpec, done: Summary, console: Console, *, again: str = AGAIN) -> None:
    """Print the end of a run, for a person. again: what the next command does."""
    if done.did_nothing:
        console.print(f"{spec.name}: nothing to do; {spec.output} is what this job makes of these inputs")
        return
    made = done.manifest
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
    out = withheld.read(Store(spec.workspace, spec.storage)).sources
    if empty := [i.source for i in spec.inputs if i.source not in out and not kept.get(i.source, {}).get("kept")]:
        console.print(f"nothing is kept of {', '.join(empty)}: see `corpusmill inspect dropped --source {empty[0]}`")
    if removed := [i.source for i in spec.inputs if i.source in out]:
        console.print(f"{', '.join(removed)} left out: `corpusmill remove-source --undo` lets a source in again")
    console.print()
    console.print(
        f"{counted(made['tokens'], 'token')} in {counted(made['sequences'], 'sequence')}, "
        f"{counted(len(made['parts']), 'part')}: {spec.output}"
        f"\n{done.seconds:.1f} s; {again}",
        markup=False,
    )


def plan(
    *, job: Path, overrides: tuple[str, ...], sample: float | None, limit: int | None, replace: bool, update: bool
) -> None:
    """Say what a run, or an update, would do, of a job that passes every check of one."""
    spec = job_to_run(job, overrides, sample=sample, limit=limit)
    with at_lines(job, overrides):
        found = preflight.check_inputs(spec, replace=replace)
    files = preflight.with_readers(spec, found)
    told = explain.explain(spec, files, update=update)
    for line in (*map(str, found.sources), *told.lines()):
        click.echo(line)
    for remark in (*found.remarks, *told.remarks, *skipped_steps(spec, files), *file_remarks(spec)):
        click.echo(f"warning: {remark}")


def submit(
    *,
    job: Path,
    overrides: tuple[str, ...],
    sample: float | None,
    limit: int | None,
    replace: bool,
    address: str,
    no_wait: bool,
) -> None:
    """Check the job here, then send it with this code to the cluster, where `run --address auto` runs it.

    The job travels as it was understood here: recipes unfolded, overrides in, addresses made absolute.
    """
    check_job_server(address)
    spec = job_to_run(job, overrides, sample=sample, limit=limit)
    local = [
        url for url in (spec.workspace, spec.output, *(p for i in spec.inputs for p in i.paths)) if "://" not in url
    ]
    if local:
        Display().line(
            f"note: every node must reach {', '.join(sorted(set(local)))}; a path on your desk alone will not do"
        )
    display = Display()
    uses = kernel_uses.of_job(spec, kernel_uses.readers())
    submit_job(
        address=address,
        complete=lambda package: send_along(uses, package, display),
        code=Path(pipeline.__file__).parents[1],
        files={
            "job.json": spec.to_canonical(),
            WRITTEN: written_in(job, overrides).to_json(),
            **user_code.files_of(spec),
        },
        entrypoint=f"python -m corpusmill run --address auto{' --replace' if replace else ''} --sent job.json",
        say=click.echo,
        wait=not no_wait,
    )


def check_job_server(address: str) -> None:
    """InputError unless a job server can have the address; Ray itself would try another for most of a minute."""
    if not address.startswith(("http://", "https://")):
        host, port, _ = address.rpartition("://")[2].partition(":")
        told = f"--address: expected the job server of the cluster, http://HOST:8265, found {address!r}"
        raise InputError([f"{told}; say --address http://{host if port else 'HOST'}:8265"])


def clean(*, job: Path, overrides: tuple[str, ...], yes: bool) -> None:
    """Print what nothing refers to, and with `yes` delete it; the last line is the totals."""
    spec = job_of(job, overrides)
    workspace = Store(spec.workspace, spec.storage)
    if lease.read(workspace) is None:
        click.echo(f"no run has begun in {spec.workspace}: there is nothing to clean")
        return
    with lease.held(workspace):
        output = Store(spec.output, spec.storage)
        state = State(spec, workspace, output, shards_as_given(spec, workspace))
        live = sweep.remembered(workspace, "names") | stages.begun(state)
        found = sweep.unreferenced(workspace, live, stages.folders())
        begun = _cut_off(workspace, output)
        for name in found.names:
            click.echo(name)
        for each in begun:
            click.echo(str(each))
        for folder in found.folders:
            click.echo(f"{folder.name}/: {counted(folder.files, 'file')}, {size(folder.size_bytes)}")
        told = f"{counted(len(found.names), 'file')}, {size(found.size_bytes)}"
        told += f", and {counted(len(begun), 'unfinished upload')}" if begun else ""
        if not found.names and not begun:
            click.echo(f"would delete 0 files: all that runs wrote in {spec.workspace} is in use")
        elif yes:
            sweep.sweep(workspace, found)
            for each in begun:
                each.abort()
            click.echo(f"deleted {told}")
        else:
            click.echo(f"would delete {told}; say --yes to do it")


def _cut_off(workspace: Store, output: Store) -> list[cut_off.CutOff]:
    """Uploads that were cut off; none, and a word about it, where the credentials do not let us list them."""
    try:
        return cut_off.uploads(workspace, output, folders=stages.folders(), now=datetime.now(UTC))
    except OSError as e:
        click.echo(f"unfinished uploads are left out, they cannot be listed: {e}", err=True)
        return []


def as_given(spec: JobSpec, workspace: Store) -> list[ingest.Standing]:
    """What of the job as it is now is committed, part by part of its steps."""
    return ingest.standing(spec, workspace, shards_as_given(spec, workspace))


def shards_as_given(spec: JobSpec, workspace: Store) -> list[inventory.Shard]:
    """The shards in the workspace of sources that are in the job and not taken out."""
    sources, out = {i.source for i in spec.inputs}, withheld.read(workspace)
    return [s for s in inventory.read(workspace) if s.source in sources and not out.holds(run=s.run, source=s.source)]
