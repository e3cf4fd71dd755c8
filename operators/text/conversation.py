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


def plain_text(turns: pa.ListArray) -> pa.Array:
    """Join the contents of each conversation's turns by an empty line; null where it is null or no turn has any.

    >>> turn = {"name": None, "tool_calls": None, "tool_call_id": None}
    >>> said = [{"role": "user", "content": "Hi", **turn}, {"role": "assistant", "content": "Hello", **turn}]
    >>> plain_text(pa.array([said, [], None], CONVERSATION)).to_pylist()
    ['Hi\\n\\nHello', None, None]
    """
    contents = pc.struct_field(turns.flatten(), "content")
    has = pc.fill_null(pc.greater(pc.binary_length(contents), 0), False)
    before = np.concatenate([[0], np.cumsum(has.to_numpy(zero_copy_only=False))])
    ends = np.cumsum(pc.fill_null(pc.list_value_length(turns), 0).to_numpy(zero_copy_only=False))
    offsets = before[np.concatenate([[0], ends])].astype(np.int64)
    kept = pa.LargeListArray.from_arrays(pa.array(offsets), pc.cast(contents.filter(has), TEXT))
    joined = pc.binary_join(kept, pa.scalar(BETWEEN_TURNS, TEXT))
    return cast(pa.Array, pc.if_else(pa.array(offsets[1:] > offsets[:-1]), joined, pa.scalar(None, TEXT)))
