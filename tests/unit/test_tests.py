"""A test that ends early passes for what it did not look at: it skips with a reason, or assumes, or asserts."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("test_*.py"))


def functions_of(name):
    """The test functions of a file, of classes too."""
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def own_nodes(node):
    """The nodes of a function, without those of functions inside it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield child
            yield from own_nodes(child)


@pytest.mark.parametrize("name", FILES)
def test_no_test_returns(name):
    lines = [child.lineno for test in functions_of(name) for child in own_nodes(test) if isinstance(child, ast.Return)]
    assert lines == [], "skip with a reason, or `assume` in a property"


@pytest.mark.parametrize("name", FILES)
def test_no_test_takes_every_value_error_for_an_answer(name):
    caught = [
        (child.lineno, kind.id)
        for test in functions_of(name)
        for child in own_nodes(test)
        if isinstance(child, ast.ExceptHandler)
        for kind in ast.walk(child.type or ast.Name("everything"))
        if isinstance(kind, ast.Name) and kind.id in ("ValueError", "Exception", "everything")
    ]
    assert caught == [], "name the error that is meant, as corpusmill.errors has it"
