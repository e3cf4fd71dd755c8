"""Names the shapes in which chats are published: the fields of their records, and how these become turns.

Source:   messages: the chat format of OpenAI and of Hugging Face's chat templates; sharegpt: conversations of from and
          value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from corpusmill.operators.readers.shapes.columns import one_turn
from corpusmill.operators.readers.shapes.joining import joined

Kind = Literal["turns", "text"]
Arrays = Mapping[str, pa.Array]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a record.

    name: what it is called unless the job says otherwise; needed: whether a record without it is a failed row.
    kind: "turns": a list of turns; "text": a text, or the JSON of anything else. speaks: see `turns_of`.
    """

    name: str
    kind: Kind = "text"
    needed: bool = False
    speaks: str | None = None


@dataclass(frozen=True, kw_only=True)
class Turns:
    """What a record says: READ_TURNS each; null: the shape has none."""

    conversation: pa.Array
    chosen: pa.Array | None = None
    rejected: pa.Array | None = None


@dataclass(frozen=True, kw_only=True)
class Shape:
    """fields: our name for each -> the field. turns: from an array for each field, in READ_TURNS or string."""

    fields: Mapping[str, Field]
    turns: Callable[[Arrays], Turns]


def _messages(found: Arrays) -> Turns:
    return Turns(conversation=joined([one_turn(found["system"], "system", blank=False), found["conversation"]]))


TOOLS, SYSTEM = Field(name="tools"), Field(name="system")
SHAPES: Mapping[str, Shape] = {
    name: Shape(
        fields={"conversation": Field(name=field, kind="turns", needed=True), "tools": TOOLS, "system": SYSTEM},
        turns=_messages,
    )
    for name, field in (("messages", "messages"), ("sharegpt", "conversations"))
}


def shape_by_columns(columns: Mapping[str, str]) -> str | None:
    """The shape that a job means by the columns it names, when it says none.

    >>> shape_by_columns({"conversation": "chat"}), shape_by_columns({"score": "quality"})
    ('messages', None)
    """
    return "messages" if "conversation" in columns else None
