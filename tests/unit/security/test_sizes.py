"""What is too large or too deep costs its own row; the ones beside it are read."""

import io
import json

import pytest

from corpusmill.operators.contract import Span
from corpusmill.operators.readers.jsonl import Jsonl

DEEP = 200_000


def rows(content: bytes, **options):
    reader = Jsonl(**options)
    return [row for b in reader(io.BytesIO(content), Span(0, len(content))) for row in b.to_pylist()]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_json_that_nests_too_deep_is_one_failed_row(opening):
    lines = [json.dumps({"text": "before"}), opening * DEEP, json.dumps({"text": "after"})]
    found = rows("\n".join(lines).encode() + b"\n")
    assert [r["text"] for r in found] == ["before", None, "after"]
    assert [bool(r["failure"]) for r in found] == [False, True, False]


def test_a_line_beyond_its_bound_is_one_failed_row():
    lines = [json.dumps({"text": text}) for text in ("before", "x" * 5000, "after")]
    found = rows("\n".join(lines).encode() + b"\n", max_record_bytes=1000)
    assert [r["text"] for r in found if not r["failure"]] == ["before", "after"]
    assert [r["failure"].partition(":")[0] for r in found if r["failure"]] == ["record_too_large"]
