"""Every command with its options, as `--help` tells them."""

from collections.abc import Iterator

import click

from corpusmill.pipeline.cli import main as cli
from docs.generator.markdown import MADE, joined, table

CODES = {
    "0": "done, or nothing to do",
    "1": "a bug in corpusmill: the trace is printed, please report it",
    "2": "the job file, its inputs or an argument are wrong: nothing was done",
    "3": "units failed, no document remains, the mix is impossible, sums differ, or a dataset is invalid; "
    "finished work is kept",
    "4": "another run holds the workspace",
    "5": "published, but a file or a whole source gave no record, which the job did not allow",
    "141": "what read the output stopped reading, as after `| head`",
    "130, 143": "stopped by Ctrl-C or SIGTERM: run the same command to continue",
}
WIDTH = 100


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command, those of a group under the group's name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        elif not command.hidden:
            yield f"{path}{name}", command


def page() -> str:
    parts = [MADE, "# Commands", "## Exit codes", table(["code", "means"], [[c, m] for c, m in CODES.items()])]
    for name, command in sorted(commands(cli.main)):
        with click.Context(
            command, info_name=f"corpusmill {name}", max_content_width=WIDTH, terminal_width=WIDTH
        ) as context:
            parts += [f"## {name}", f"```text\n{command.get_help(context).rstrip()}\n```"]
    return joined(*parts)
