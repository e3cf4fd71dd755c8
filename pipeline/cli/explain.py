"""The commands that explain: one document of a run, steps on a text, two datasets side by side."""

from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JOB, LIMIT, SAMPLE, SET

JSON = click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")


@click.command()
@JSON
@SAMPLE
@LIMIT
@SET
@JOB
@click.argument("what", metavar="ID_OR_URL")
def why(**arguments: Any) -> None:
    """Explain what became of a document: its record, each step and threshold, duplicates, the mix, its place.

    ID_OR_URL is a doc_id, the address of a page, however it is spelt, or a source_id. --sample and --limit are those of
    the run to look at. `trace` is another name of this command.
    """
    from corpusmill.pipeline.commands import why as commands_why

    guarded(lambda: commands_why.why(**arguments))


@click.command(name="try")
@click.option("--in", "in_", metavar="FILE", help="Look for the address in this file.")
@click.option("--source", help="Try it as a document of this source. Default: the first of the job.")
@click.option("--go-on", is_flag=True, help="Show the steps after the one that drops it, too.")
@JSON
@SET
@JOB
@click.argument("what", metavar="FILE|-|URL|ID")
def try_steps(**arguments: Any) -> None:
    """Take one document through the steps of a job, and show what each of them does.

    A FILE is read as its name and its first bytes say, and its first document is taken; `-` takes what is pasted, a
    page or a text. An address or a doc_id is read again from the input file in which the last run found it, or from
    --in. Nothing is written.
    """
    from corpusmill.pipeline.commands import try_steps as commands_try

    guarded(lambda: commands_try.try_steps(**arguments))


@click.command()
@click.option("--most", type=click.IntRange(min=1), default=12, show_default=True, help="How many rows of each table.")
@JSON
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
def diff(**arguments: Any) -> None:
    """Compare two datasets: amounts, shares, drift of signals, new and vanished sites, changes of the job.

    A and B are job files or addresses of datasets. Only what lies beside their parts is read.
    """
    from corpusmill.pipeline.commands import diff as commands_diff

    guarded(lambda: commands_diff.diff(**arguments))


trace = click.Command("trace", callback=why.callback, params=why.params, help=why.help, hidden=True)

COMMANDS = (why, trace, try_steps, diff)
