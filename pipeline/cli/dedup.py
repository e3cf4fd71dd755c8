"""The commands about how duplicates are found."""

from dataclasses import asdict

import click

from corpusmill.pipeline.cli.options import JSON


@click.group()
def dedup() -> None:
    """Settings of near-duplicate removal."""


@dedup.command()
@click.option("--threshold", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.8, show_default=True)
@click.option("--permutations", type=click.IntRange(1, 2048), default=112, show_default=True, help="At most so many.")
@click.option("--missed", type=click.FloatRange(0, 1), default=0.5, show_default=True, help="Weight of a missed pair.")
@click.option("--bands", type=click.IntRange(min=1), help="With --rows: tell of these, search for none.")
@click.option("--rows", type=click.IntRange(min=1))
@JSON
def tune(
    threshold: float, permutations: int, missed: float, bands: int | None, rows: int | None, as_json: bool
) -> None:
    """Print what bands and rows find at a threshold, what they cost, and the best ones."""
    from corpusmill.pipeline.commands.dedup import advised, as_text
    from corpusmill.pipeline.commands.printed import echo_json
    from corpusmill.pipeline.execution.progress import screen

    chosen = (bands, rows) if bands and rows else None
    if as_json:
        echo_json(asdict(advised(threshold, permutations, missed, chosen)))
        return
    screen().print(as_text(advised(threshold, permutations, missed, chosen)), markup=False)
