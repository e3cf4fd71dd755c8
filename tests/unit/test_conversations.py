"""Records of chats become conversations with their plain text, out of JSON lines and Parquet alike."""

import io

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.contract.files import read, reader_of

NONE = {"name": None, "tool_calls": None, "tool_call_id": None}
CALL = {"type": "function", "function": {"name": "add", "arguments": "{}"}}
CHATS = [
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "tools": []},
    {
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "1 + 1?"},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "2", "tool_call_id": "a"},
        ],
        "tools": [{"type": "function"}],
    },
    {"messages": [{"role": "assistant", "content": "odd order"}, {"role": "assistant", "content": ""}]},
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None}]},
    {"messages": [{"content": "who?"}]},
    {"messages": []},
    {"messages": None},
]


def turn(role, content, **more):
    return {"role": role, "content": content, **NONE, **more}


def jsonl(records) -> bytes:
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def parquet(records) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), out, row_group_size=3)
    return out.getvalue()


FILES = {"jsonl": jsonl, "parquet": parquet}


def rows_of(form, records, params):
    rows = read(reader_of(f"readers.{form}", params), FILES[form](records))
    return [row for row in rows if row["skipped"] is None]


@pytest.mark.parametrize("form", FILES)
def test_messages_are_turns_with_their_text(form):
    rows = rows_of(form, CHATS, {"columns": {"conversation": "messages"}})
    assert [row["conversation"] for row in rows[:3]] == [
        [turn("user", "Hi"), turn("assistant", "Hello")],
        [
            turn("system", "Be brief."),
            turn("user", "1 + 1?"),
            turn("assistant", None, tool_calls=orjson.dumps([CALL]).decode()),
            turn("tool", "2", tool_call_id="a"),
        ],
        [turn("assistant", "odd order"), turn("assistant", "")],
    ]
    assert [row["text"] for row in rows[:3]] == ["Hi\n\nHello", "Be brief.\n\n1 + 1?\n\n2", "odd order"]
    assert [row["tools"] for row in rows[:3]] == [None, '[{"type":"function"}]', None]


@pytest.mark.parametrize("form", FILES)
def test_damaged_conversations_are_failed_rows_with_a_reason(form):
    rows = rows_of(form, CHATS, {"shape": "messages"})
    assert [row["failure"] for row in rows] == [
        None,
        None,
        None,
        "missing_content: turn 2",
        "missing_role: turn 1",
        "no_content",
        "missing_field: messages",
    ]
    assert all(row["conversation"] is None and row["text"] is None for row in rows[3:])
