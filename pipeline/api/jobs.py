"""Runs and plans jobs from Python, as the commands of the same names do."""

from collections.abc import Sequence
from pathlib import Path

from corpusmill.pipeline.commands.jobs import job_to_run
from corpusmill.pipeline.commands.submitted_paths import at_lines
from corpusmill.pipeline.execution import process
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.preflight import checks as preflight
from corpusmill.pipeline.run import explain
from corpusmill.pipeline.run.explain import Explanation
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import Summary, run_job


def run(
    job: str | Path,
    *,
    overrides: Sequence[str] = (),
    sample: float | None = None,
    limit: int | None = None,
    options: Options | None = None,
    quiet: bool = False,
) -> Summary:
    """Run the job file at `job`, doing only what is not done yet; returns its funnel, manifest and units run by stage.

    overrides: "key.path=value" texts, as `--set` takes them. sample: share of the documents, in (0, 1]. limit: at most
    this many documents of each source. options: where and how, such as `corpusmill.Options(workers=4, update=True)`;
    null: everything on all CPUs of this machine. quiet: print nothing.

    Raises the errors that end the command, all of them with a message that says what to do; what is committed stays,
    and the same call resumes.
    """
    process.prepare()
    path, sets = Path(job), tuple(overrides)
    spec = job_to_run(path, sets, sample=sample, limit=limit)
    with at_lines(path, sets):
        return run_job(spec, options or Options(), Display(quiet=quiet))


def plan(
    job: str | Path,
    *,
    overrides: Sequence[str] = (),
    sample: float | None = None,
    limit: int | None = None,
    replace: bool = False,
    update: bool = False,
) -> Explanation:
    """Say what `run` with the same arguments would do; nothing is changed. `lines()` gives the plan as text."""
    process.prepare()
    path, sets = Path(job), tuple(overrides)
    spec = job_to_run(path, sets, sample=sample, limit=limit)
    with at_lines(path, sets):
        return explain.explain(spec, preflight.check(spec, replace=replace), update=update)
