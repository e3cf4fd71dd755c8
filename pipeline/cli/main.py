"""The command line: thin. Arguments become a job, the job is run, what happened is told."""

import contextlib
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from corpusmill.errors import CorpusmillError, ExitCode
from corpusmill.pipeline.cli import dataset as cli_dataset
from corpusmill.pipeline.cli import dedup as cli_dedup
from corpusmill.pipeline.cli import evidence as cli_evidence
from corpusmill.pipeline.cli import explain as cli_explain
from corpusmill.pipeline.cli import kernels as cli_kernels
from corpusmill.pipeline.cli import named_datasets as cli_named_datasets
from corpusmill.pipeline.cli import remove as cli_remove
from corpusmill.pipeline.cli import schedule as cli_schedule
from corpusmill.pipeline.cli import submit as cli_submit
from corpusmill.pipeline.cli import train as cli_train
from corpusmill.pipeline.cli import versions as cli_versions
from corpusmill.pipeline.cli import watch as cli_watch
from corpusmill.pipeline.cli.errors import fail, guarded
from corpusmill.pipeline.cli.options import JOB, JSON, LIMIT, REPLACE, SAMPLE, SENT, SET, WORKERS, of_a_run
from corpusmill.pipeline.execution import interrupts, process


class Stoppable(click.Group):
    """Commands that Ctrl-C ends as it should at any time, also while what they need is still being imported."""

    def invoke(self, ctx: click.Context) -> Any:
        with interrupts.at_once():
            return super().invoke(ctx)


@click.group(cls=Stoppable, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="corpusmill")
def main() -> None:
    """Turn crawls into training-ready token datasets.

    Begin with `corpusmill init`, which writes a job file to edit, then `corpusmill run job.yaml`.
    """
    try:
        process.prepare()
    except CorpusmillError as e:
        fail(str(e), e.exit_code)


@main.command()
@click.argument("job", default="job.yaml", type=click.Path(path_type=Path))
def init(job: Path) -> None:
    """Write a commented starter job file."""
    if os.path.lexists(job):
        fail(f"{job} exists already; name another file", ExitCode.WRONG_JOB)
    if not job.parent.is_dir():
        fail(f"there is no folder {job.parent}; make it first, or name another", ExitCode.WRONG_JOB)
    try:
        starter = files("corpusmill.pipeline.config") / "starter.yaml"
        job.write_text(starter.read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as e:
        fail(f"cannot write {job}: {e.strerror}; name a file in another folder", ExitCode.WRONG_JOB)
    click.echo(f"wrote {job}: edit `inputs`, then `corpusmill plan {job}` and `corpusmill run {job}`")


@main.command()
@click.argument("folder", default="corpusmill-demo", type=click.Path(file_okay=False, path_type=Path))
@WORKERS
def demo(folder: Path, workers: int | None) -> None:
    """Run a small job over real crawl pages, which come with the package, in FOLDER.

    It writes the job file and its inputs there, runs the job, and names the files to look at.
    """
    from corpusmill.pipeline.run.ray_ahead import ray_ahead

    with contextlib.nullcontext() if folder.exists() else ray_ahead(workers) as begun:
        guarded(lambda: run_the_demo(folder, workers, begun))


def run_the_demo(folder: Path, workers: int | None, begun: Any) -> None:
    """Import the command and run it: this takes as long as Ray takes to start."""
    from corpusmill.pipeline.commands.demo import run_demo

    run_demo(folder, workers=workers, begun=begun)


@main.command()
@of_a_run
@SENT
def run(**arguments: Any) -> None:
    """Run a job; what is done already is not done again."""
    from corpusmill.pipeline.commands import run as commands

    guarded(lambda: commands.run(commands.RunArguments(update=False, **arguments)))


@main.command()
@of_a_run
@SENT
@click.option("--slot", metavar="DATE", help="Of a schedule: 2026-10, 2026-10-31, 2026-W44. A slot is done once.")
@click.option("--every", metavar="WHEN", help="Run each slot that is due: hourly, daily, weekly, monthly or cron.")
@click.option("--since", metavar="DATE", help="The first slot of a schedule of which none is done.")
def update(slot: str | None, every: str | None, since: str | None, **arguments: Any) -> None:
    """Process only inputs that are new or changed, and publish a version with them.

    The versions are folders below the output; the newest becomes the latest when it is whole. With nothing new, nothing
    is published.
    """
    from corpusmill.pipeline.commands import update as commands
    from corpusmill.pipeline.commands.run import RunArguments

    guarded(lambda: commands.update(RunArguments(**arguments), slot=slot, every=every, since=since))


@main.command()
@click.option("--update", is_flag=True, help="What `corpusmill update` would do.")
@click.option("--cluster", metavar="NODESxCPUS", help="Predict work, time, memory and money on such a cluster: 64x16.")
@click.option("--price-cpu-hour", default=0.04, show_default=True, help="Money for one CPU for an hour.")
@click.option("--price-gb-month", default=0.023, show_default=True, help="Money for a GB of storage for a month.")
@JSON
@SAMPLE
@LIMIT
@REPLACE
@SET
@JOB
def plan(cluster: str | None, price_cpu_hour: float, price_gb_month: float, **arguments: Any) -> None:
    """Show what would run, what is there already, and why; nothing is changed.

    With --cluster also what it would cost, by the rates of an earlier run, or of a sample, in the same workspace.
    """
    from corpusmill.pipeline.commands import plan as commands
    from corpusmill.pipeline.report.cost.prices import Prices

    cost = commands.CostRequest(cluster=cluster, prices=Prices(cpu_hour=price_cpu_hour, gb_month=price_gb_month))
    guarded(lambda: commands.plan(cost=cost, **arguments))


@main.command()
@click.argument("what", type=click.Choice(["documents", "dropped", "duplicates", "clusters", "sequence"]))
@click.option("--reason", help="Only documents dropped for a reason that contains this.")
@click.option("--source", help="Only documents, or removed documents, of this source.")
@click.option(
    "--find", metavar="WORDS", help="Only documents with these words; url:, text:, reason: or id: says where."
)
@click.option("--plain", is_flag=True, help="Print, also on a terminal, in place of opening the browser.")
@click.option("--most", type=click.IntRange(min=1), default=10, show_default=True, help="How many to show.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed shows others.")
@SAMPLE
@LIMIT
@click.option("--row", type=click.IntRange(min=0), help="Which sequence of the dataset to decode.  [default: 0]")
@JSON
@SET
@JOB
def inspect(**arguments: Any) -> None:
    """Look at documents, dropped ones by reason, clusters of duplicates, or a token sequence, decoded.

    On a terminal `documents` and `dropped` open a browser: search with /, move with n and p, explain with w.
    Elsewhere, or with --plain, they are printed. Documents are drawn at random, the same for the same seed. --sample
    and --limit are those of the run to look at.
    """
    from corpusmill.pipeline.commands import inspect as commands_inspect

    guarded(lambda: commands_inspect.inspect(commands_inspect.Request(**arguments)))


@main.command()
@click.option("--yes", is_flag=True, help="Delete. Without it, only say what would be deleted.")
@JSON
@SET
@JOB
def clean(**arguments: Any) -> None:
    """Delete workspace files that no current run uses."""
    from corpusmill.pipeline.commands import clean as commands

    guarded(lambda: commands.clean(**arguments))


GROUPS = (
    cli_dataset,
    cli_evidence,
    cli_explain,
    cli_named_datasets,
    cli_remove,
    cli_schedule,
    cli_submit,
    cli_train,
    cli_versions,
    cli_watch,
)
for command in (cli_dedup.dedup, cli_kernels.kernels, *(command for group in GROUPS for command in group.COMMANDS)):
    main.add_command(command)
