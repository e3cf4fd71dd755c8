"""Every golden file of an operator has a Chinese, a Thai and an Arabic document, or its operator reads no text."""

import json
from pathlib import Path

import pytest

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from tests.contract.needed import PARAMS
from tests.golden.scripts import LANGUAGES, NO_TEXT, added, hashable

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("name", [path.stem for path in sorted((FOLDER / "operators").glob("*.json"))])
def test_an_operator(name):
    rows = json.loads((FOLDER / "operators" / f"{name}.json").read_text(encoding="utf-8"))["rows"]
    if "conversation" in rows:
        said = json.dumps(rows["conversation"], ensure_ascii=False)
        assert all(json.dumps(text, ensure_ascii=False)[1:-1] in said for text in LANGUAGES)
    else:
        check_rows(name, rows)


def check_rows(name, rows):
    op = load.build(name, PARAMS.get(name, {}))
    assert not isinstance(op, Reader)
    needed = added(op, rows)
    assert (name in NO_TEXT) == (not any(needed)), "name it in NO_TEXT, or write how it reads a document"
    have = [hashable(dict(zip(rows, each, strict=True))) for each in zip(*rows.values(), strict=True)]
    assert all(any(each.items() <= row.items() for row in have) for each in needed)


@pytest.mark.parametrize("name", [path.stem for path in sorted((FOLDER / "readers").glob("*.json"))])
def test_a_reader(name):
    given = json.loads((FOLDER / "readers" / f"{name}.json").read_text(encoding="utf-8"))["scripts"]["gives"]
    documents = [row.get("text") or row.get("content") or "" for row in given]
    assert all(any(text in document for document in documents) for text in LANGUAGES)
