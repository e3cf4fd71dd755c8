"""Conversations as a column: the turns of a chat with their types, and the plain text of all of them.

A document that is a conversation has the columns of `CONVERSATION_COLUMNS` beside `text`. `text` is what measures,
filters, dedup and the report read; the turns are what a chat template is laid over.

| column | what it holds |
|---|---|
| `conversation` | the turns, in order; of a preference those that both answers share |
| `tools` | the functions that a model may call, a JSON list as the source gives it; null without any |
| `chosen`, `rejected` | of a preference: the turns of the better and of the worse answer; else null |
"""

from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT

TURN = pa.struct(
    [
        pa.field("role", pa.string(), nullable=False),  # system, user, assistant, tool
        pa.field("content", pa.string()),  # null for a turn of tool calls alone
        pa.field("name", pa.string()),
        pa.field("tool_calls", pa.string()),  # a JSON list, as the source gives it
        pa.field("tool_call_id", pa.string()),
    ]
)
CONVERSATION = pa.list_(TURN)
CONVERSATION_COLUMNS = {
    "conversation": CONVERSATION,
    "tools": pa.string(),
    "chosen": CONVERSATION,
    "rejected": CONVERSATION,
}
BETWEEN_TURNS = "\n\n"


def plain_text(turns: pa.ListArray, field: str = "content") -> pa.Array:
    """Join the contents of each conversation's turns by an empty line; null where it is null or no turn has any.

    field: another one of the turns, such as their calls of tools.

    >>> turn = {"name": None, "tool_calls": None, "tool_call_id": None}
    >>> said = [{"role": "user", "content": "Hi", **turn}, {"role": "assistant", "content": "Hello", **turn}]
    >>> plain_text(pa.array([said, [], None], CONVERSATION)).to_pylist()
    ['Hi\\n\\nHello', None, None]
    """
    contents = pc.struct_field(turns.flatten(), field)
    has = pc.fill_null(pc.greater(pc.binary_length(contents), 0), False)
    before = np.concatenate([[0], np.cumsum(has.to_numpy(zero_copy_only=False))])
    ends = np.cumsum(pc.fill_null(pc.list_value_length(turns), 0).to_numpy(zero_copy_only=False))
    offsets = before[np.concatenate([[0], ends])].astype(np.int64)
    kept = pa.LargeListArray.from_arrays(pa.array(offsets), pc.cast(contents.filter(has), TEXT))
    joined = pc.binary_join(kept, pa.scalar(BETWEEN_TURNS, TEXT))
    return cast(pa.Array, pc.if_else(pa.array(offsets[1:] > offsets[:-1]), joined, pa.scalar(None, TEXT)))


def compared_text(table: pa.Table) -> pa.Array | None:
    """`text` with what else tells two conversations apart: calls of tools, and of a preference the worse answer.

    Null where no document has any of these: `text` alone is compared. The functions that a model may call are left out:
    they are long, and the same for many conversations.
    """
    further = list(_further(table).values())
    if not further:
        return None
    return pc.binary_join_element_wise(
        column_of(table, "text"), *further, pa.scalar(BETWEEN_TURNS, TEXT), null_handling="skip"
    )


def identity_text(table: pa.Table) -> pa.Array:
    """What two equal documents have in common: as `compared_text`, and the functions that a model may call.

    What follows the text is marked by a NUL and a name, so that it is not taken for text. Of documents without any of
    these it is `text`.
    """
    found = _further(table)
    if "tools" in table.column_names:
        found["tools"] = pc.cast(column_of(table, "tools"), TEXT)
    marked = [
        pc.binary_join_element_wise(pa.scalar(f"\0{name}", TEXT), values, pa.scalar(":", TEXT))
        for name, values in found.items()
        if values.null_count < len(values)
    ]
    text = column_of(table, "text")
    return pc.binary_join_element_wise(text, *marked, pa.scalar("", TEXT), null_handling="skip") if marked else text


def _further(table: pa.Table) -> dict[str, pa.Array]:
    """What conversations have beside `text`, by its name; each with a value in some row."""
    found: dict[str, pa.Array] = {}
    for name in ("conversation", "chosen", "rejected"):
        if name in table.column_names and table[name].null_count < len(table):
            turns = column_of(table, name)
            found |= {name: plain_text(turns)} if name == "rejected" else {}
            found[f"{name}_calls"] = plain_text(turns, "tool_calls")
    return {name: values for name, values in found.items() if values.null_count < len(values)}


def column_of(table: pa.Table, name: str) -> pa.Array:
    """A column as one array."""
    chunks = table.column(name).chunks
    return chunks[0] if len(chunks) == 1 else table.column(name).combine_chunks()
