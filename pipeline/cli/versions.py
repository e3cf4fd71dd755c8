"""Declares the commands about the versions of a dataset: list them, tag them. `rollback` is beside `takedown`."""

from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JSON, SET


@click.command()
@click.option("--tag", metavar="NAME", help="Give the version of --of this name; it is never deleted.")
@click.option("--untag", metavar="NAME", help="Take the name away.")
@click.option("--of", metavar="VERSION", default="latest", show_default=True, help="v0002, a tag, a slot, or latest.")
@click.option("--path", is_flag=True, help="Print only the address of the version of --of, for other programs.")
@JSON
@SET
@click.argument("what", metavar="URL_OR_JOB")
def versions(**arguments: Any) -> None:
    """List the versions of a dataset: slot, documents, tokens, what came and went, and what each cost."""
    from corpusmill.pipeline.commands import versions as commands

    guarded(lambda: commands.versions(commands.Request(**arguments)))


COMMANDS = (versions,)
