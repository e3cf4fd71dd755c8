"""Turns of a conversation column as the dicts that a chat template reads."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

JSON_KEYS = ("tool_calls",)


def messages_of(turns: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """One conversation: each turn without what is null, as transformers gives turns to a template.

    Tool calls are read from their JSON; ValueError where it is none.

    >>> messages_of([{"role": "user", "content": "Hi", "name": None, "tool_calls": '[{"id": 1}]'}])
    [{'role': 'user', 'content': 'Hi', 'tool_calls': [{'id': 1}]}]
    """
    return [
        {key: json.loads(value) if key in JSON_KEYS else value for key, value in turn.items() if value is not None}
        for turn in turns or ()
    ]


def tools_of(tools: pa.Array, row: int) -> Any:
    """The tools of one conversation, read from their JSON; null without any, and ValueError where it is no JSON."""
    written = tools[row].as_py()
    return None if not written else json.loads(written) or None
