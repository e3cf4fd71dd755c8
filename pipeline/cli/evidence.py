"""The commands that decide on evidence: the report, retention curves, what-if, and approved thresholds."""

from pathlib import Path
from typing import Any

import click

from corpusmill.pipeline.cli.errors import guarded
from corpusmill.pipeline.cli.options import JOB, JSON, LIMIT, SAMPLE, SET

POLICY = click.option(
    "--policy",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The policy file. Default: the job's `policy.file`, else policy.json beside the job.",
)


@click.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it here. Default: beside the dataset."
)
@JSON
@click.argument("what", metavar="WORKSPACE_OR_DATASET_OR_JOB")
def report(**arguments: Any) -> None:
    """Write report.html of the last run: one file to pass round, which needs no network."""
    from corpusmill.pipeline.commands import evidence as commands

    guarded(lambda: commands.report(**arguments))


@click.command()
@click.option("--by", type=click.Choice(["language", "source"]), help="A curve for each of these.")
@click.option("--most", type=click.IntRange(min=1), default=8, show_default=True, help="How many of them.")
@click.option("--points", type=click.IntRange(min=3, max=200), default=16, show_default=True, help="Thresholds shown.")
@SAMPLE
@LIMIT
@JSON
@SET
@JOB
@click.argument("signal")
def curve(sample: float | None, limit: int | None, overrides: tuple[str, ...], **arguments: Any) -> None:
    """Show how much each threshold on SIGNAL would keep, with all other rules as they are."""
    from corpusmill.pipeline.commands import evidence as commands
    from corpusmill.pipeline.commands.jobs import sample_overrides

    all_overrides = (*overrides, *sample_overrides(sample, limit))
    guarded(lambda: commands.curve(overrides=all_overrides, **arguments))


@click.command(name="what-if")
@click.option("--most", type=click.IntRange(min=1), default=12, show_default=True, help="How many languages to show.")
@JSON
@SET
@JOB
def what_if(**arguments: Any) -> None:
    """Predict what other thresholds would keep, by language, without a run: `--set` changes them.

    corpusmill what-if job.yaml --set 'documents[decide.gopher_quality].min_words=30'
    """
    from corpusmill.pipeline.commands import evidence as commands

    guarded(lambda: commands.what_if(**arguments))


@click.group()
def policy() -> None:
    """Bind thresholds to a corpus, with the evidence and the name of who approved them."""


@policy.command(name="propose")
@click.option("--note", default="", help="Why these thresholds.")
@POLICY
@JSON
@SET
@JOB
def policy_propose(**arguments: Any) -> None:
    """Write the job's thresholds and what they keep into a policy file, to be approved."""
    from corpusmill.pipeline.commands import policy as commands

    guarded(lambda: commands.propose(**arguments))


@policy.command(name="approve")
@click.option("--by", "who", required=True, help="Who approves.")
@POLICY
@JSON
@SET
@JOB
def policy_approve(**arguments: Any) -> None:
    """Approve a proposed policy; refused where job or corpus are others than it was proposed for."""
    from corpusmill.pipeline.commands import policy as commands

    guarded(lambda: commands.approve(**arguments))


@policy.command(name="check")
@POLICY
@JSON
@SET
@JOB
def policy_check(**arguments: Any) -> None:
    """Say whether thresholds and corpus are those that were approved; exit code 3 where not."""
    from corpusmill.pipeline.commands import policy as commands

    guarded(lambda: commands.check(**arguments))


@policy.command(name="evaluate")
@click.option("--label", default="label", show_default=True, help="Field with `keep` or `drop`.")
@click.option("--text", default="text", show_default=True, help="Field with the text.")
@JSON
@SET
@JOB
@click.argument("labelled", type=click.Path(dir_okay=False, exists=True, path_type=Path))
def policy_evaluate(**arguments: Any) -> None:
    """Measure the rules on documents that people labelled: precision and recall, by label, language and rule.

    LABELLED is JSON lines with a text, a label (`keep` or `drop`, or true for keep), and `language` if it is known.
    """
    from corpusmill.pipeline.commands import policy as commands

    guarded(lambda: commands.evaluate(**arguments))


COMMANDS = (report, curve, what_if, policy)
