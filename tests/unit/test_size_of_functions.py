"""No function is longer than a screen, none has more parameters than one can hold."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("pipeline", "operators", "cluster")
MOST_LINES, MOST_PARAMETERS = 60, 8


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below a node, without a look into expressions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from statements(child)


@functools.cache
def functions():
    """(file:name, lines, parameters) of every function, decorators aside."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    a = node.args
                    count = len([*a.posonlyargs, *a.args, *a.kwonlyargs]) + bool(a.vararg) + bool(a.kwarg)
                    lines = (node.end_lineno or node.lineno) - node.lineno + 1
                    found.append((f"{path.relative_to(ROOT)}:{node.name}", lines, count))
    return found


def test_no_function_is_longer_than_a_screen():
    assert len(functions()) > 2_000
    assert [name for name, lines, _ in functions() if lines > MOST_LINES] == []


def test_no_function_has_more_parameters_than_one_can_hold():
    assert [name for name, _, count in functions() if count > MOST_PARAMETERS] == []
