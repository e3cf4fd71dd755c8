"""A command that a message gives to be typed has all its arguments: as it stands it is no usage error."""

import ast
import re
from collections.abc import Iterator

import click
import pytest

from corpusmill.pipeline.cli.main import main
from tests.messages import ROOMS, ROOT

TYPED = re.compile(r"`corpusmill ([^`]+)`")
HOLE = "FILLED"  # what is filled in stands for a word


def typed() -> Iterator[tuple[str, str]]:
    """(file, words after `corpusmill`) of every string that is no docstring; help texts of commands may name others."""
    for room in ROOMS:
        for path in sorted(set((ROOT / room).rglob("*.py")) - set((ROOT / "pipeline" / "cli").rglob("*.py"))):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
            for node in ast.walk(tree):
                if id(node) not in told | inner and (text := words(node)):
                    yield from ((str(path.relative_to(ROOT)), found) for found in TYPED.findall(text))


def words(node: ast.AST) -> str:
    """The text of a string; each value that is filled in as HOLE."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def parsed(line: str) -> tuple[click.Command, list[str]]:
    """The command that a line names, and the words after it; a hole after a word may be empty, any other is a word."""
    whole = re.sub(rf"(?<=\S){HOLE}", "", line.partition(">")[0])
    rest = whole.replace(HOLE, "1").replace("...", "1").split()
    command: click.Command = main
    while isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    return command, rest


WHICH = {f"{HOLE} JOB{HOLE}", "--version"}  # where the command itself is filled in, or is none


@pytest.mark.parametrize(("file", "line"), sorted(each for each in set(typed()) if each[1] not in WHICH))
def test_it_is_whole(file: str, line: str) -> None:
    command, rest = parsed(line)
    assert not isinstance(command, click.Group), f"{file}: no such command: corpusmill {line}"
    try:
        with command.make_context(line, rest):
            pass
    except click.MissingParameter as e:
        pytest.fail(f"{file}: `corpusmill {line}` lacks {e.param and e.param.human_readable_name}")
    except click.BadParameter:
        pass  # a word such as JOB stands for a file
