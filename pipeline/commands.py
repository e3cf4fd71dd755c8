"""What each command does, once its arguments are read."""

import os
from pathlib import Path
from typing import Any

import click
from rich.console import Console

import pipeline
from cluster import lease
from cluster.storage import Store
from cluster.submit import submit as submit_job
from pipeline import explain, folders, own_code, preflight, sweep
from pipeline.config.load import load
from pipeline.config.spec import JobSpec
from pipeline.funnel import as_table, leaves_table, size
from pipeline.placing import at_lines
from pipeline.progress import Display
from pipeline.runner import Options, Summary, run_job
from pipeline.stages import ingest, inventory, tokenize, withheld
from pipeline.stages.left import NothingLeft


def job_of(job: Path, overrides: tuple[str, ...], **samples: Any) -> JobSpec:
    """The job in a file, with what the command line changes of it."""
    if job.suffix == ".json":  # a job as `submit` sends it, everything worked in already
        return JobSpec.from_canonical(job.read_text(encoding="utf-8"))
    extra = [f"sample.{key}={value}" for key, value in samples.items() if value is not None]
    return load(job, overrides=[*overrides, *extra])


def from_job(out: Path, job: Path) -> str:
    """A file as the job names it: a path from the job file's folder, where it lies in or beside that."""
    return Path(os.path.relpath(out.resolve(), job.resolve().parent)).as_posix()


def run(
    *,
    job: Path,
    overrides: tuple[str, ...],
    sample: float | None,
    limit: int | None,
    address: str | None,
    workers: int | None,
    quiet: bool,
    update: bool,
) -> None:
    """Run a job and tell what came of it."""
    spec = job_of(job, overrides, documents=sample, limit=limit)
    display = Display(quiet=quiet)
    try:
        with at_lines(job, overrides):
            done = run_job(spec, Options(address=address, workers=workers, update=update), display)
    except NothingLeft as e:
        if not quiet:
            display.console.print(as_table(e.funnel))
        raise
    if not quiet:
        tell(spec, done, Console(highlight=False))


def tell(spec: JobSpec, done: Summary, console: Console) -> None:
    """The end of a run, for a person."""
    if done.did_nothing:
        console.print(f"{spec.name}: nothing to do; {spec.output} is what this job makes of these inputs")
        return
    made = done.manifest
    console.print()
    console.print(as_table(done.funnel))
    for step, changes in sorted(done.funnel.rewritten.items(), key=lambda i: -i[1]):
        console.print(f"{step}: {changes:,}", markup=False)
    console.print()
    console.print(leaves_table(done.funnel))
    console.print()
    console.print(
        f"{made['tokens']:,} tokens in {made['sequences']:,} sequences, {len(made['parts'])} parts: {spec.output}"
        f"\n{done.seconds:.1f} s; the same command again does only what is new",
        markup=False,
    )


def plan(*, job: Path, overrides: tuple[str, ...], sample: float | None, limit: int | None) -> None:
    """Say what a run would do, of a job that passes every check of one."""
    spec = job_of(job, overrides, documents=sample, limit=limit)
    with at_lines(job, overrides):
        files = preflight.check_inputs(spec)
        preflight.check_resources(spec)
        folders.check(spec)
    for line in explain.explain(spec, files).lines():
        click.echo(line)


def submit(*, job: Path, overrides: tuple[str, ...], address: str, no_wait: bool) -> None:
    """Check the job here, then send it with this code to the cluster, where `run --address auto` runs it.

    The job travels as it was understood here: recipes unfolded, overrides in, addresses made absolute.
    """
    spec = job_of(job, overrides)
    local = [
        url for url in (spec.workspace, spec.output, *(p for i in spec.inputs for p in i.paths)) if "://" not in url
    ]
    if local:
        display = Display()
        display.line(
            f"note: every node must reach {', '.join(sorted(set(local)))}; a path on your desk alone will not do"
        )
    submit_job(
        address=address,
        code=Path(pipeline.__file__).parents[1],
        files={"job.json": spec.to_canonical(), **own_code.files_of(spec)},
        entrypoint="python -m pipeline.cli run --address auto job.json",
        say=click.echo,
        wait=not no_wait,
    )


def clean(*, job: Path, overrides: tuple[str, ...], yes: bool) -> None:
    """Say what nothing refers to, and with `yes` delete it."""
    spec = job_of(job, overrides)
    workspace = Store(spec.workspace, spec.storage)
    if lease.read(workspace) is None:
        click.echo(f"no run has begun in {spec.workspace}: there is nothing to clean")
        return
    with lease.held(workspace):
        live = sweep.remembered(workspace, "names")
        live |= {name for part in as_given(spec, workspace) for name in part.done}
        live |= {*tokenize.last_units(workspace)}
        found = sweep.unreferenced(workspace, live)
        for name in found.names:
            click.echo(name)
        told = f"{len(found.names)} files, {size(found.size_bytes)}"
        if yes:
            sweep.sweep(workspace, found)
            click.echo(f"deleted {told}")
        else:
            click.echo(f"would delete {told}; say --yes to do it")


def as_given(spec: JobSpec, workspace: Store) -> list[ingest.Standing]:
    """What of the job as it is now is committed, part by part of its steps."""
    sources, out = {i.source for i in spec.inputs}, withheld.read(workspace)
    shards = [s for s in inventory.read(workspace) if s.source in sources and not out.holds(run=s.run, source=s.source)]
    return ingest.standing(spec, workspace, shards)
