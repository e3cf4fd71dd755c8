"""Implements `export messages`: writes the conversations of the last finished run as JSON lines of messages.

Source: the formats of TRL: {messages, tools}, and {prompt, chosen, rejected, tools} of a preference.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.text.conversation import CONVERSATION_COLUMNS
from corpusmill.operators.tokens.chat.messages import messages_of
from corpusmill.pipeline.commands.printed import Exported
from corpusmill.pipeline.commands.text import TextRequest, texts_of
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.report.tables import write_lines

ENDINGS = (".jsonl", ".jsonl.gz")
ABOUT = ("doc_id", "source", "source_id", "domain", "language", "license", "group", "copies", "copy")


def export_messages(workspace: Store, out: str, request: TextRequest) -> Exported:
    """Write the conversations into one file. InputError for a file of another ending."""
    if not out.endswith(ENDINGS):
        raise InputError([f"--out: expected a file that ends in {' or '.join(ENDINGS)}, found {out}"])
    further = tuple(pa.field(name, kind) for name, kind in CONVERSATION_COLUMNS.items())
    texts = replace(texts_of(workspace, request), further=further)
    rows = write_lines((line for table in texts.tables(texts.units) for line in lines_of(table)), out)
    return Exported(out=out, what="conversation", rows=rows)


def lines_of(table: pa.Table) -> list[bytes]:
    """A line for each conversation and preference of a table; other documents have none."""
    return [orjson.dumps(line) for row in table.to_pylist() if (line := message_row(row)) is not None]


def message_row(row: Mapping[str, Any]) -> JsonObject | None:
    """One document as a row of messages; null where it is no conversation. What is null is left out."""
    about = {name: row[name] for name in ABOUT if row.get(name) is not None}
    if row.get("tools"):
        about["tools"] = orjson.loads(row["tools"])
    if row.get("chosen") is not None and row.get("rejected") is not None:
        answers = {name: messages_of(row[name]) for name in ("chosen", "rejected")}
        return {"prompt": messages_of(row["conversation"]), **answers, **about}
    if row.get("conversation") is None:
        return None
    return {"messages": messages_of(row["conversation"]), **about}
