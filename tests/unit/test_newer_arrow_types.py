"""Columns of newer Arrow types are read as what they stand for, as duckdb and `datasets` write them into Parquet."""

import io
import json
import uuid
from typing import Any

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest

from tests.contract.files import read, reader_of

NUMBER = "550e8400-e29b-41d4-a716-446655440000"
TURNS: list[list[dict[str, Any]] | None] = [
    [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Yes", "tool_calls": [{"name": "f", "n": None}]},
    ],
    [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "Me.", "score": 2.5}],
    None,
]


def as_json(values: list[Any]) -> pa.Array:
    texts = pa.array([None if value is None else json.dumps(value) for value in values], pa.string())
    return pa.ExtensionArray.from_storage(pa.json_(), texts)


def rows_of(form: str, held: dict[str, pa.Array], **params: Any) -> list[dict[str, Any]]:
    table, out = pa.table(held), io.BytesIO()
    if form == "arrow":
        with ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table)
    else:
        pq.write_table(table, out)
    return [row for row in read(reader_of(f"readers.{form}", params), out.getvalue()) if row["skipped"] is None]


FORMS = pytest.mark.parametrize("form", ["parquet", "arrow"])


@FORMS
def test_a_uuid_is_its_text(form):
    ids = pa.array([uuid.UUID(NUMBER).bytes, None, b"sixteen letters."], pa.binary(16))
    ids = pa.ExtensionArray.from_storage(pa.uuid(), ids)
    rows = rows_of(form, {"text": pa.array(["a", "b", "c"]), "id": ids}, source_id="id")
    assert [row["source_id"] for row in rows] == [NUMBER, None, "73697874-6565-6e20-6c65-74746572732e"]


@FORMS
def test_list_views_are_lists(form):
    tags = pa.array([["a", "b"], None, []], pa.list_view(pa.string_view()))
    params = {"columns": {"tags": "tags"}, "types": {"tags": "strings"}}
    rows = rows_of(form, {"text": pa.array(["x", "y", "z"]), "tags": tags}, **params)
    assert [row["tags"] for row in rows] == [["a", "b"], None, []]


@FORMS
def test_a_path_reaches_into_objects_of_json(form):
    meta = as_json([{"lang": "en", "q": 1.5, "by": ["x", "y"], "deep": {"id": 2**64}}, {"other": 1}, None, "text"])
    params = {
        "language": "meta.lang",
        "columns": {"q": "meta.q", "by": "meta.by", "id": "meta.deep.id", "all": "meta"},
        "types": {"q": "float", "by": "strings"},
    }
    rows = rows_of(form, {"text": pa.array(list("abcd")), "meta": meta}, **params)
    names = ("declared_language", "q", "by", "id")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("en", 1.5, ["x", "y"], str(2**64)),
        *[(None, None, None, None)] * 3,
    ]
    assert [row["all"] and json.loads(row["all"]) for row in rows][1:] == [{"other": 1}, None, "text"]


@FORMS
@pytest.mark.parametrize("turns", ["list of JSON", "JSON of a list"])
def test_chats_of_json_are_those_of_json_lines(form, turns):
    if turns == "JSON of a list":
        column: pa.Array = as_json(TURNS)
    else:
        ends = pa.array([0, 2, 4, 4], pa.int32())
        column = pa.ListArray.from_arrays(
            ends,
            as_json([turn for each in TURNS for turn in each or []]),
            mask=pa.array([each is None for each in TURNS]),
        )
    rows = rows_of(form, {"messages": column}, shape="messages")
    lines = "".join(json.dumps({"messages": each}) + "\n" for each in TURNS).encode()
    asked = [row for row in read(reader_of("readers.jsonl", {"shape": "messages"}), lines) if row["skipped"] is None]
    assert [(row["conversation"], row["failure"]) for row in rows] == [(r["conversation"], r["failure"]) for r in asked]
    assert rows[0]["conversation"][1]["tool_calls"] == '[{"name":"f","n":null}]'


def test_runs_flags_and_the_null_of_json_are_plain_values():
    flags = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0, None], pa.int8()))
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["en", None]))
    nothing = pa.ExtensionArray.from_storage(pa.json_(), pa.array(["null", "1", None]))
    params = {"language": "runs", "columns": {"flag": "flags", "nothing": "nothing"}, "types": {"flag": "bool"}}
    columns = {"text": pa.array(["a", "b", "c"]), "runs": runs, "flags": flags, "nothing": nothing}
    rows = rows_of("arrow", columns, **params)
    assert [row["declared_language"] for row in rows] == ["en", "en", None]
    assert [row["flag"] for row in rows] == [True, False, None]
    assert [row["nothing"] for row in rows] == [None, "1", None]
