"""What every operator gives for a few documents, one reviewable file each in tests/golden/operators.

`CORPUSMILL_REWRITE_GOLDEN=1` writes the files anew. It refuses where an operator gives something else than before and
its `version` is the same: then a finished run would take old results for new ones.
"""

import dataclasses
import json
import math
import os
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.checks import NUMBER, VALUE
from corpusmill.operators.contract import Decision, Extract, Operator, Reader, Resource
from corpusmill.operators.text.conversation import CONVERSATION
from corpusmill.operators.text.vectors import VECTOR
from tests.contract.documents import CONVERSATIONS, PICTURES, turns
from tests.contract.needed import FOUND, PARAMS
from tests.golden import pages
from tests.golden.scripts import LANGUAGES, with_languages

FOLDER = Path(__file__).parent / "operators"
REWRITE = os.environ.get("CORPUSMILL_REWRITE_GOLDEN") == "1"
LIBRARIES = ("trafilatura", "resiliparse", "ftfy", "publicsuffixlist")  # what these give is theirs to change
NAMES = tuple(n for n in load.names() if not issubclass(load.find(n), Reader))

ENGLISH = (
    "The tide went out and the boats lay on the mud until the evening.\nWrite to anna@tide-house.org or call us.\n\n"
    "- one\n- two\n- one\nThat was all of it, and nobody had seen the harbour like this before..."
)
TEXTS: tuple[str | None, ...] = (
    ENGLISH,
    "Der Zug fährt um 8 Uhr ab! Wer zu spät kommt, den sieht man hier nicht wieder.\nDer Zug fährt um 8 Uhr ab!",
    "東京の天気は晴れです。今日は暖かい。",
    "Lorem ipsum {x} http://a.example/b [1] JavaScript must be enabled\u200b to read this. Terms of use apply.",
    "spam " * 40,
    "",
    None,
    *LANGUAGES,
)
URLS = ("https://news.example.com/a?b=1", "http://bad.test/adult/x", "not an address", "", "ftp://x", None, None)
PAGE = "<html><head><link rel='license' href='https://creativecommons.org/licenses/by/4.0/'></head><p>Tea.</p></html>"
NUMBERS = (0, 1, 2, 60, 5000, None, 200_000)
INSTANTS = (0, 1_715_990_290, 1_704_067_199, 1_704_067_200, -1, None, 253_402_300_799)
SHARES = (0.0, 0.04, 0.15, 0.35, 0.95, None, 1.0)
WORDS = ("en", "de", "ja", "en", "xx", "", None)


def rows_for(op: Operator) -> dict[str, list[Any]]:
    """Values for each column the operator reads, as JSON can hold them."""
    if isinstance(op, Extract):
        return pages.ROWS
    found: dict[str, list[Any]] = {}
    for name, dtype in op.columns_read().items():
        if name == "text":
            found[name] = list(TEXTS)
        elif name == "url":
            found[name] = list(URLS)
        elif dtype == CONVERSATION:
            found[name] = chats() if name == "conversation" else [None] * len(chats())
        elif dtype == VECTOR:
            found[name] = [[0.5, -1.0], [0.0, 0.0], [], None, [0.25, 0.5], [1.0]]
        elif pa.types.is_timestamp(dtype):
            found[name] = list(INSTANTS)
        elif pa.types.is_large_binary(dtype) and name != "content":
            found[name] = [None if content is None else content.hex() for content in PICTURES]
        elif name == "content":
            found[name] = [PAGE, "<p>no licence</p>", "", "plain", "<", None, None]
        elif dtype in (pa.string(), VALUE):
            found[name] = list(WORDS)
        else:
            found[name] = list(NUMBERS if pa.types.is_integer(dtype) or dtype == NUMBER else SHARES)
    longest = max(map(len, found.values()))
    return {name: [*values, *values][:longest] for name, values in found.items()}


def chats() -> list[Any]:
    """Conversations, among them one of each text of LANGUAGES, asked for and given twice."""
    code = turns(
        ("user", "Add up a list."), ("assistant", "1. Take it.\n2. Sum.\n```py\nsum(a)\n```\nSo $x = 1$, for $5.")
    )
    said = [turns(("user", text.split("\n")[0]), ("assistant", f"{text}\n{text}")) for text in LANGUAGES]
    refusals = ("抱歉,我无法提供。", "لا يمكنني مساعدتك", "ไม่สามารถช่วยได้")
    declined = [turns(("user", "?"), ("assistant", text)) for text in refusals]
    return [*CONVERSATIONS, code, *said, *declined]


def given(op: Operator, rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What the operator gives for these rows, by column; floats as their shortest decimal."""
    types = {**dict.fromkeys(rows, pa.string()), **op.columns_read()}
    charsets = rows.get("http_charset") or [None] * max(map(len, rows.values()))
    columns = {}
    for name, dtype in types.items():
        values = rows[name]
        if name == "content":
            values = [None if v is None else v.encode(c or "utf-8") for v, c in zip(values, charsets, strict=True)]
        elif pa.types.is_large_binary(dtype):
            values = [None if v is None else bytes.fromhex(v) for v in values]
        stored = pa.string() if dtype == VALUE else dtype
        columns[name] = pa.array(values, TEXT if name == "text" else stored)
    out = op(Batch(pa.table(columns)))
    if isinstance(op, Decision):
        return {"drop_reason": out.to_pylist()}
    return {name: [as_json(v) for v in out.table.column(name).to_pylist()] for name in op.columns_added()}


def as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else str(value)


@pytest.mark.parametrize("name", NAMES)
def test_an_operator_gives_what_it_gave(name):
    params = PARAMS.get(name, {})
    op = load.equip(load.build(name, params), load.shipped)
    assert not isinstance(op, Reader)
    if name in FOUND:
        op = dataclasses.replace(op, found=Resource("found", FOUND[name]))
    path = FOLDER / f"{name}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    rows = before["rows"] if before else rows_for(op)
    if REWRITE:
        rows = with_languages(op, rows)
    assert with_languages(op, rows) == rows, "run `make golden`: a Chinese, a Thai or an Arabic document is missing"
    now = {"version": op.version, "rows": rows, "gives": given(op, rows)}
    if REWRITE:
        old = {name: values[: len(before["gives"][name])] for name, values in now["gives"].items()} if before else {}
        same = before is None or before["gives"] == old or before["version"] < op.version
        assert same or set(op.libraries) & set(LIBRARIES), f"{name} gives something else: raise its version"
        lines = json.dumps(now, ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(lines + "\n", encoding="utf-8")
        before = now
    assert before is not None, f"no golden file of {name}: run `make golden` and review {path.name}"
    assert now["gives"] == before["gives"]
    assert now["version"] == before["version"], "run `make golden`"


def test_no_golden_file_remains_of_an_operator_that_no_longer_exists():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NAMES)
