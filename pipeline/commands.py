"""What each command does, once its arguments are read."""

from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline.config.load import load
from pipeline.config.spec import JobSpec
from pipeline.funnel import as_table, leaves_table
from pipeline.progress import Display
from pipeline.runner import Options, Summary, run_job


def job_of(job: Path, overrides: tuple[str, ...], **samples: Any) -> JobSpec:
    """The job in a file, with what the command line changes of it."""
    extra = [f"sample.{key}={value}" for key, value in samples.items() if value is not None]
    return load(job, overrides=[*overrides, *extra])


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
    done = run_job(spec, Options(address=address, workers=workers, update=update), display)
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
    console.print()
    console.print(leaves_table(done.funnel))
    console.print()
    console.print(
        f"{made['tokens']:,} tokens in {made['sequences']:,} sequences, {len(made['parts'])} parts: {spec.output}"
        f"\n{done.seconds:.1f} s; the same command again does only what is new",
        markup=False,
    )
