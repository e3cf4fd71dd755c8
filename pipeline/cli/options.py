"""Arguments and options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

JOB = click.argument("job", type=click.Path(dir_okay=False, path_type=Path), envvar="CORPUSMILL_JOB")
SET = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override the job: mix.temperature=2."
)


ADDRESS = click.option("--address", help="Ray cluster to run on: auto, or HOST:PORT. Default: this machine.")
WORKERS = click.option("--workers", type=click.IntRange(min=1), help="CPUs to use on this machine. Default: all.")


SAMPLE = click.option("--sample", type=click.FloatRange(0, 1, min_open=True), help="Share of the documents, by hash.")
LIMIT = click.option(
    "--limit",
    type=click.IntRange(min=1),
    help="At most so many documents of each source, of its sample if there is one: the first of each file.",
)


BY = "content: copies stay out too. url: the best copy elsewhere may take its place in the next run."
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
SENT = click.option("--sent", is_flag=True, hidden=True, help="JOB is what `submit` wrote.")


LOG_FORMAT = click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="Of what is printed."
)
LINEAGE = click.option(
    "--lineage", metavar="FILE_OR_URL", help="Send OpenLineage events there: appended to a file, or by HTTP POST."
)


REPLACE = click.option("--replace", is_flag=True, help="Put the dataset in place of another job's, or of the whole.")


def of_a_run(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command which runs a job shares."""
    for option in (
        ADDRESS,
        WORKERS,
        SAMPLE,
        LIMIT,
        REPLACE,
        click.option("--quiet", is_flag=True, help="Say nothing but errors."),
        LOG_FORMAT,
        LINEAGE,
        JSON,
        SET,
        JOB,
    ):
        command = option(command)
    return command


def on_a_cluster(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where a command does its work."""
    return ADDRESS(WORKERS(command))
