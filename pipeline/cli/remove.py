"""The commands that take something out of a dataset: thin, as all of them."""

from pathlib import Path
from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import BY, JOB, JSON, SENT, SET, on_a_cluster


@click.command()
@click.option(
    "--allow-missing", is_flag=True, help="Addresses may match no document: what is found there later stays out."
)
@click.option("--by", type=click.Choice(["content", "url"]), default="content", show_default=True, help=BY)
@on_a_cluster
@JSON
@SENT
@SET
@JOB
@click.argument("list_", metavar="LIST", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def takedown(**arguments: Any) -> None:
    """Take documents out of the dataset, now and for good.

    LIST is a text file, a doc_id or an address a line. Only the parts that hold them are written again. When a line
    matches no document, nothing is done (exit code 2), unless --allow-missing.
    """
    from corpusmill.pipeline.commands import remove as commands_remove

    guarded(lambda: commands_remove.takedown(**arguments))


@click.command()
@click.option("--again", is_flag=True, help="Later runs may take the same files again, as new ones.")
@on_a_cluster
@JSON
@SET
@JOB
@click.argument("name", metavar="VERSION_OR_RUN")
def rollback(**arguments: Any) -> None:
    """Point readers at an earlier version (v0002, a tag, a slot), or take the newest run, by its number, out for good.

    A version is put back in a moment, and held until `newest` is named. A run is taken out of the dataset as if that
    update had never been: what is left is made again.
    """
    from corpusmill.pipeline.commands import remove as commands_remove

    guarded(lambda: commands_remove.rollback(**arguments))


@click.command(name="remove-source")
@click.option("--undo", is_flag=True, help="Let the source in again, from the next run on.")
@on_a_cluster
@JSON
@SET
@JOB
@click.argument("source", metavar="NAME")
def remove_source(**arguments: Any) -> None:
    """Take a source out of the dataset, and keep it out of later runs.

    Documents that only lost against its own may come back.
    """
    from corpusmill.pipeline.commands import remove as commands_remove

    guarded(lambda: commands_remove.remove_source(**arguments))


COMMANDS = (takedown, rollback, remove_source)
