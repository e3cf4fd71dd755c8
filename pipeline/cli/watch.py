"""Declares the commands that watch runs from outside: status, logs, stop, list."""

from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JSON, SET

SERVER = click.option("--address", help="Ray's job server: http://HOST:8265. Without it, files of the workspace alone.")
WHERE = click.argument("what", metavar="[JOB_OR_WORKSPACE]", required=False)


@click.command()
@click.option("--price-cpu-hour", type=float, metavar="NUMBER", help="Shows the cost so far.")
@SERVER
@JSON
@SET
@WHERE
def status(**arguments: Any) -> None:
    """Show how far the newest run of a workspace is: stages, rates, failures, slow units, lease, cost.

    It reads the files of the workspace alone, so it works from any machine, and after the run has died. With --address,
    the jobs of a cluster are shown as its job server has them.
    """
    from corpusmill.pipeline.commands import watch

    guarded(lambda: watch.status(**arguments))


@click.command()
@click.option("--run", "run_", metavar="NAME", help="Of this run, as `list` names it. Default: the newest.")
@click.option("--follow", "-f", is_flag=True, help="Go on until the job ends (with --address).")
@SERVER
@JSON
@SET
@WHERE
def logs(**arguments: Any) -> None:
    """Show the log of a submitted job (--address), or the events that a run left in its workspace."""
    from corpusmill.pipeline.commands import watch

    guarded(lambda: watch.logs(**arguments))


@click.command()
@SERVER
@JSON
@SET
@WHERE
def stop(**arguments: Any) -> None:
    """Stop a run, as Ctrl-C does: what is finished stays, and the same command resumes it.

    Without --address a request is left in the workspace, which the run sees within a minute, wherever it runs. With it
    the job is named: by its id, its name or its job file.
    """
    from corpusmill.pipeline.commands import watch

    guarded(lambda: watch.stop(**arguments))


@click.command(name="list")
@click.option("--most", type=click.IntRange(min=1), default=20, show_default=True, help="How many to show.")
@SERVER
@JSON
@SET
@WHERE
def list_(**arguments: Any) -> None:
    """List the runs that a workspace has seen, or the jobs of a cluster (--address), the newest last."""
    from corpusmill.pipeline.commands import watch

    guarded(lambda: watch.list_(**arguments))


COMMANDS = (status, logs, stop, list_)
