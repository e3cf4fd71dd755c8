"""Every command with its options, as `--help` tells them."""

from collections.abc import Iterator

import click

from corpusmill.pipeline.cli import errors as exits
from corpusmill.pipeline.cli import main as cli
from docs.generator.markdown import MADE, joined, table

CODES = {
    "0": "done, or nothing to do",
    str(exits.EXIT_WRONG_JOB): "the job file or its inputs are wrong: nothing was done",
    str(
        exits.EXIT_FAILED
    ): "units failed, no document was left, the mix cannot be had, rows did not add up, or a dataset is not "
    "what it says; the rest is kept",
    str(exits.EXIT_BUSY): "another run has the workspace",
    str(exits.EXIT_STOPPED): "stopped by Ctrl-C: the same command goes on",
}
WIDTH = 100


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command, those of a group under the group's name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def page() -> str:
    parts = [MADE, "# Commands", "## Exit codes", table(["code", "means"], [[c, m] for c, m in CODES.items()])]
    for name, command in sorted(commands(cli.main)):
        with click.Context(
            command, info_name=f"corpusmill {name}", max_content_width=WIDTH, terminal_width=WIDTH
        ) as context:
            parts += [f"## {name}", f"```text\n{command.get_help(context).rstrip()}\n```"]
    return joined(*parts)
