"""What is too large or too deep costs its own row; the ones beside it are read."""

import io
import json

import pytest
import zstandard

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing import codecs
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


def test_a_member_that_inflates_too_far_is_one_failed_row(monkeypatch):
    """Lines of a few bytes are records like any other; there may be millions in some kilobytes of Zstandard."""
    line = b'{"text": "the same line"}\n'
    few, many = zstandard.compress(line * 3), zstandard.compress(line * 40_000)
    assert 40_000 * len(line) > 2 * codecs.MOST_TIMES * len(many)
    assert sum(row["text"] is not None for row in rows(few + many)) == 40_003, "what is not large may have any ratio"
    monkeypatch.setattr(codecs, "FREE_BYTES", 1 << 16)
    found = [row for row in rows(few + many + few) if row["skipped"] is None]
    assert [bool(row["failure"]) for row in found] == [False] * 3 + [True] + [False] * 2, (
        "the first line behind the damage may be the end of one in it"
    )
    assert found[3]["failure"] == "inflates_too_far: to more than 1,100 times its size"
