"""Declares `submit`: any command that works on a dataset, on a cluster."""

from pathlib import Path
from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import BY, JOB, JSON, LIMIT, LINEAGE, LOG_FORMAT, REPLACE, SAMPLE, SET

LIST = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--address", required=True, help="Ray's job server: http://HOST:8265.")
@click.option("--no-wait", "--detach", "no_wait", is_flag=True, help="Do not follow the log.")
@click.option("--update", is_flag=True, help="What `corpusmill update` does, in place of a run.")
@click.option("--slot", metavar="DATE", help="With --update: the slot of a schedule.")
@click.option("--every", metavar="WHEN", help="With --update: each slot that is due.")
@click.option("--since", metavar="DATE", help="With --every: the first slot of a schedule of which none is done.")
@click.option("--takedown", "list_", metavar="LIST", type=LIST, help="What `corpusmill takedown JOB LIST` does.")
@click.option("--by", type=click.Choice(["content", "url"]), help=f"With --takedown: {BY}")
@click.option("--allow-missing", is_flag=True, help="With --takedown: addresses may match no document.")
@click.option("--verify", is_flag=True, help="What `corpusmill verify JOB` does.")
@LOG_FORMAT
@LINEAGE
@SAMPLE
@LIMIT
@REPLACE
@JSON
@SET
@JOB
def submit(**arguments: Any) -> None:
    """Send a job, with this code, to a Ray cluster, and follow its log.

    A job that runs there already is attached to, and a workspace in which another one works is refused. Ctrl-C and a
    closed terminal end the following, not the job.
    """
    from corpusmill.pipeline.commands import submit as commands

    guarded(lambda: commands.submit(commands.Request(**arguments)))


COMMANDS = (submit,)
