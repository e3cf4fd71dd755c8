"""The command about published datasets that have a name here."""

import click

from corpusmill.pipeline.cli.errors import guarded

JSON = click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")


@click.command()
@JSON
@click.argument("name", required=False)
def datasets(name: str | None, as_json: bool) -> None:
    """List the published datasets that `inputs: {dataset: NAME}` reads, or show one.

    Of one: its columns, its licence, how to cite it, and where these facts are from.
    """
    from corpusmill.pipeline.commands import named_datasets as commands

    guarded(lambda: commands.listed(as_json=as_json) if name is None else commands.shown(name, as_json=as_json))


COMMANDS = (datasets,)
