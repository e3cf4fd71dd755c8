"""Every command with its options, as `--help` tells them."""

import click

from docs.generator.markdown import MADE, joined, table
from pipeline import cli

CODES = {
    "0": "done, or nothing to do",
    str(cli.EXIT_WRONG_JOB): "the job file or its inputs are wrong: nothing was done",
    str(cli.EXIT_FAILED): "units failed, or rows did not add up: what succeeded is kept",
    str(cli.EXIT_BUSY): "another run has the workspace",
    str(cli.EXIT_STOPPED): "stopped by Ctrl-C: the same command goes on",
}
WIDTH = 100


def page() -> str:
    parts = [MADE, "# Commands", "## Exit codes", table(["code", "means"], [[c, m] for c, m in CODES.items()])]
    for name, command in sorted(cli.main.commands.items()):
        with click.Context(
            command, info_name=f"corpusmill {name}", max_content_width=WIDTH, terminal_width=WIDTH
        ) as context:
            parts += [f"## {name}", f"```text\n{command.get_help(context).rstrip()}\n```"]
    return joined(*parts)
