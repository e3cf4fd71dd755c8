"""Collects every message a user can meet: texts of raised errors and of what commands print, from the source."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("pipeline", "operators", "cluster", "corpusmill")
PRINTS = {"echo", "print", "line", "warning", "info", "secho", "tell", "say"}
PROBLEMS = (
    "pipeline/config/",
    "pipeline/preflight/",
    "pipeline/run/explain.py",
    "pipeline/inputs/",
    "operators/sniff.py",
)


@functools.cache
def messages() -> tuple[tuple[str, str], ...]:
    """(file, message) in the order of the source; what is filled in stands in braces."""
    return tuple(_messages())


def _messages() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not any(p.is_symlink() for p in (path, *path.parents)):
                yield from ((name, text) for text in _of(ast.parse(path.read_text(encoding="utf-8")), name))


def _of(tree: ast.Module, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            parts = [*node.exc.args, *(k.value for k in node.exc.keywords)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            parts = node.args if called in PRINTS else []
        elif isinstance(node, ast.Yield | ast.Return) and node.value is not None and name.startswith(PROBLEMS):
            parts = [node.value]
        for part in parts:
            yield from (text for text in _texts(part) if " " in text.strip())


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts of an expression, each f-string as one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(v.value) if isinstance(v, ast.Constant) else f"{{{ast.unparse(v.value)}}}" for v in node.values
        )  # type: ignore[attr-defined]
    elif not isinstance(node, ast.Call | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _texts(child)


if __name__ == "__main__":
    for file, text in messages():
        print(f"{file}: {text!r}")
