"""A file that is one JSON array is read element by element, each with the bytes it takes up."""

import gzip
import io
import random

import orjson
import pytest

from corpusmill.operators.file_format import Span
from tests.contract.files import read, reader_of

RECORDS = [{"text": f"Größe {n}, [“{n}”] " + "x" * (n * 37 % 500), "id": n} for n in range(60)]
PRETTY = orjson.dumps(RECORDS, option=orjson.OPT_INDENT_2)


def rows_of(data: bytes, span: Span | None = None):
    return read(reader_of("readers.jsonl", {"source_id": "id"}), data, span)


@pytest.mark.parametrize("data", [orjson.dumps(RECORDS), PRETTY, b"\xef\xbb\xbf" + PRETTY + b"\n"])
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_elements_are_documents_whose_lengths_add_up(data, packed):
    stored = packed(data)
    rows = rows_of(stored)
    assert [row["text"] for row in rows if row["skipped"] is None] == [each["text"] for each in RECORDS]
    assert sum(row["length"] for row in rows) == len(stored)
    if stored is data:
        assert [
            orjson.loads(data[r["offset"] : r["offset"] + r["length"]].strip(b"\xef\xbb\xbf[, \n"))
            for r in rows
            if r["skipped"] is None
        ] == RECORDS


def test_an_array_belongs_to_its_first_span():
    first, rest = rows_of(PRETTY, Span(0, 1000)), rows_of(PRETTY, Span(1000, len(PRETTY)))
    assert sum(row["length"] for row in first) == 1000
    assert [row["skipped"] for row in rest] == ["other_span"]


def test_what_follows_a_damaged_element_is_one_failed_row():
    data = orjson.dumps(RECORDS[:3])[:-1] + b', {"text": oops}, {"text": "lost"}]'
    rows = rows_of(data)
    assert [row["failure"] for row in rows] == [None, None, None, "bad_json: Expecting value"]
    assert sum(row["length"] for row in rows) == len(data)


def test_text_behind_the_array_and_an_array_that_is_not_closed_are_failed_rows():
    whole = orjson.dumps(RECORDS[:1])
    assert rows_of(whole + b"{}")[-1]["failure"] == "bad_json: text behind the array"
    assert rows_of(whole[:-1])[-1]["failure"] is not None


@pytest.mark.thorough
def test_elements_longer_than_what_is_read_at_once_are_whole(monkeypatch):
    rng = random.Random(3)
    records = [{"text": "".join(rng.choices('aä"\\', k=rng.randrange(1, 900_000)))} for _ in range(9)]
    rows = rows_of(orjson.dumps(records))
    assert [row["text"] for row in rows if row["text"]] == [each["text"] for each in records]


def test_a_first_look_sees_the_fields_of_an_array():
    look = reader_of("readers.jsonl", {"text": "body"}).first_look(io.BytesIO(PRETTY))
    assert look.fields == ("text", "id")
    assert look.lacks == "no record has a field 'body', only text, id; say which is which, e.g. columns: {text: text}"


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_lines_of_which_the_first_is_an_array_are_read_as_lines(packed):
    data = b'[{"text": "one"}]\n' + b"".join(orjson.dumps({"text": word}) + b"\n" for word in ("two", "three"))
    rows = rows_of(packed(data))
    found = [(row["text"], row["failure"]) for row in rows if row["skipped"] is None]
    assert found == [(None, "not_an_object: list"), ("two", None), ("three", None)]
    look = reader_of("readers.jsonl", {}).first_look(io.BytesIO(packed(data)))
    assert look.fields == ("text",)


def test_an_element_above_the_bound_is_a_failed_row_and_the_next_is_read():
    data = orjson.dumps([{"text": "one"}, {"text": "x" * 99}, {"text": "three"}])
    rows = read(reader_of("readers.jsonl", {"max_record_bytes": 50}), data)
    assert [row["text"] or row["failure"] or row["skipped"] for row in rows] == [
        "one",
        "record_too_large: above 50",
        "three",
        "json_array",
    ]
    assert sum(row["length"] for row in rows) == len(data)
