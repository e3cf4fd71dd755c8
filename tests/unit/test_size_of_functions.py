"""No function is longer than a screen, none has more parameters than one can hold; the exceptions say why they are."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("pipeline", "operators", "cluster")
MOST_LINES, MOST_PARAMETERS = 60, 8

SLOWER = "hot: slower with its arrays in tuples, since numba counts references to each array that is taken out"
LONGER = {
    "operators/dedup/visit.py:visit": SLOWER,
    "operators/text/c4/scan.py:scan": SLOWER,
    "operators/text/fasttext/rows_kernel.py:average": SLOWER,
}
WITH_MORE = {
    "operators/dedup/visit.py:visit": SLOWER,
    "operators/text/c4/scan.py:scan": SLOWER,
    "operators/text/fasttext/kernel.py:_predict": SLOWER,
    "operators/text/fasttext/ngram_kernel.py:char_rows": SLOWER,
    "operators/text/fasttext/rows_kernel.py:average": SLOWER,
    "operators/extract/html/batch.py:extract_pages": "compiled with all of extraction; to be changed with its model",
    "operators/extract/html/parse/raised_marks.py:marks_of_sup": "compiled with all of extraction, as above",
    "operators/text/evaluation/overlap.py:_overlap": "hot: arrays of an evaluation set and of a batch, not grouped yet",
}


def functions():
    """(file:name, lines, parameters) of every function, decorators aside."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    a = node.args
                    count = len([*a.posonlyargs, *a.args, *a.kwonlyargs]) + bool(a.vararg) + bool(a.kwarg)
                    lines = (node.end_lineno or node.lineno) - node.lineno + 1
                    yield f"{path.relative_to(ROOT)}:{node.name}", lines, count


FOUND = list(functions())


def test_no_function_is_longer_than_a_screen():
    assert len(FOUND) > 2_000
    assert {name for name, lines, _ in FOUND if lines > MOST_LINES} <= set(LONGER)


def test_no_function_has_more_parameters_than_one_can_hold():
    assert {name for name, _, count in FOUND if count > MOST_PARAMETERS} <= set(WITH_MORE)


@pytest.mark.parametrize("name", [name for name in WITH_MORE if name.startswith("pipeline/")])
def test_those_that_have_more_take_them_by_name(name):
    path, _, function = name.partition(":")
    (node,) = (
        node
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    assert len(node.args.args) <= 5
