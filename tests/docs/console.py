"""Commands in Markdown, and what must come of them.

A ```console block is run: lines that begin with `$ ` are commands (`# exit 2` at the end: the exit code that is right),
lines under a command must come out of it in that order, `...` standing for anything. A block whose info line ends in
`file=NAME` is written to NAME first. A ```sh block is only shown.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"\s*# exit (\d+)$")
TIME_LIMIT_S = 600


@dataclass(frozen=True)
class File:
    """A file the reader is told to write."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command, the exit code that is right, and lines it must print."""

    line: str
    exit: int
    expected: tuple[str, ...]


def blocks(markdown: str) -> Iterator[File | Command]:
    """What a page tells its reader to do, in order.

    >>> list(blocks("```console\\n$ ls x # exit 2\\nno such ...\\n```\\n"))
    [Command(line='ls x', exit=2, expected=('no such ...',))]
    """
    for match in FENCE.finditer(markdown):
        info = match["info"].strip()
        name = re.search(r"file=(\S+)$", info)
        if name:
            yield File(name[1], match["body"])
        elif info == "console":
            yield from commands(match["body"])


def commands(body: str) -> Iterator[Command]:
    """The commands of one block."""
    line, expected = "", []
    for each in [*body.splitlines(), "$ "]:
        if not each.startswith("$ "):
            expected.append(each)
            continue
        if line:
            code = EXIT.search(line)
            told = tuple(e for e in expected if e.strip())
            yield Command(EXIT.sub("", line), int(code[1]) if code else 0, told)
        line, expected = each.removeprefix("$ ").strip(), []


def missing(expected: tuple[str, ...], output: str) -> list[str]:
    """The expected lines that do not come out, in that order.

    >>> missing(("a ... c", "d"), "x\\na b c\\nd\\n"), missing(("d", "a"), "a\\nd\\n")
    ([], ['a'])
    """
    lines = iter([" ".join(line.split()) for line in output.splitlines()])
    lost = []
    for want in expected:
        pattern = ".*".join(map(re.escape, " ".join(want.split()).split("...")))
        if not any(re.fullmatch(pattern, line) for line in lines):
            lost.append(want)
    return lost


def follow(page: Path, folder: Path, environment: Mapping[str, str]) -> None:
    """Do in `folder` what `page` says; AssertionError where something else comes of it."""
    for block in blocks(page.read_text(encoding="utf-8")):
        if isinstance(block, File):
            (folder / block.name).write_text(block.text, encoding="utf-8")
            continue
        done = subprocess.run(
            ["bash", "-c", block.line],
            cwd=folder,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )
        told = f"{page.name}: $ {block.line}\n{done.stdout}"
        assert done.returncode == block.exit, f"{told}\nexit code {done.returncode}, not {block.exit}"
        lost = missing(block.expected, done.stdout)
        assert not lost, f"{told}\nthese lines did not come out: {lost}"
