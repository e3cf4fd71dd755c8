"""The commands about a dataset: its mix before it is written, its proof and its other forms afterwards."""

import inspect
from pathlib import Path
from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JOB, JSON, SENT, SET
from corpusmill.pipeline.export import choices

OF_WORKSPACE = ("text", "messages", "documents", "dropped")  # what is not of the dataset alone


@click.group()
def mix() -> None:
    """Plan the mix of a job that is tokenized, without moving a document."""


@mix.command(name="plan")
@click.option("--what-if", is_flag=True, help="Beside the plan of the job without --set.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan here, to edit.")
@click.option("--most", default=60, show_default=True, help="How many leaves to show.")
@JSON
@SET
@JOB
def mix_plan(**arguments: Any) -> None:
    """Show what each leaf has and gives: tokens, share, epochs, what these are worth, and what kept it from more."""
    from corpusmill.pipeline.commands import dataset as commands_mix

    guarded(lambda: commands_mix.plan(**arguments))


@mix.command(name="advise")
@click.option("--params", type=float, required=True, metavar="NUMBER", help="Parameters of the model: 8e9.")
@click.option("--width", type=float, metavar="NUMBER", help="Width of its embeddings; default: usual for the size.")
@JSON
@SET
@JOB
def mix_advise(**arguments: Any) -> None:
    """Show how much training the mix is for a model: compute-optimal tokens, epochs, repeats, and vocabulary size."""
    from corpusmill.pipeline.commands import dataset as commands_mix

    guarded(lambda: commands_mix.advice(**arguments))


@click.command()
@JSON
@SENT
@SET
@click.argument("what", metavar="URL_OR_JOB")
def verify(**arguments: Any) -> None:
    """Work out again all that a dataset says of itself: checksums, counts, shares, windows, caps, texts.

    Only the dataset is read. The last line says whether it is valid; exit code 3 when it is not.
    """
    from corpusmill.pipeline.commands import dataset as commands_mix

    guarded(lambda: commands_mix.verify(**arguments))


@click.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice([*choices.names(), *OF_WORKSPACE]))
@click.option("--out", required=True, help="Folder, or file of text, documents or dropped, to write; any fsspec URL.")
@click.option(
    "--which",
    type=click.Choice(["unique", "mixed"]),
    default="mixed",
    show_default=True,
    help="Of text and messages: all documents that are no duplicates, or those that the mix selected.",
)
@click.option("--columns", metavar="A,B", help="Of text: further columns of the documents.")
@click.option("--repeat", is_flag=True, help="Of text and messages: write a document as often as the mix takes it.")
@JSON
@SET
@click.argument("job", metavar="URL_OR_JOB")
def export(**arguments: Any) -> None:
    """Write a dataset as the files of another program (Megatron, NumPy, ...), or documents as one file.

    `text` writes the documents of the last run as text: into one file, .parquet, .jsonl, .jsonl.gz or .tar
    (a WebDataset), or into a folder; `NAME-*.tar` is a shard for each unit of input.
    `messages` writes its conversations as JSON lines of messages, .jsonl or .jsonl.gz.
    `documents` (kept) and `dropped` write exactly the rows of the last run, as .parquet, .jsonl or .jsonl.gz.
    """
    from corpusmill.pipeline.commands import dataset as commands_mix

    guarded(lambda: commands_mix.export(**arguments))


formats = f"FORMAT: {', '.join(choices.names())}; {', '.join(OF_WORKSPACE)}."
export.help = f"{inspect.cleandoc(export.help or '')}\n\n{formats}"
COMMANDS = (mix, verify, export)
