"""Gives the texts of a conversation by who speaks: one text a document for each role, or one a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Columns
from corpusmill.operators.text.conversation import BETWEEN_TURNS, CONVERSATION

WHOLE, PROMPT, ANSWER = "whole", "prompt", "answer"
FIELDS = (WHOLE, PROMPT, ANSWER)  # what a step can read: the text, what users and systems say, what assistants say
ASSISTANT, USER, SYSTEM, TOOL = "assistant", "user", "system", "tool"


@dataclass(frozen=True, kw_only=True, eq=False)
class Turns:
    """The turns of n documents one after another; document i has turns first[i] to first[i + 1].

    `first`: int64[n + 1]. For each turn `document`: int64, its document; `roles`: string; `contents`: large_string,
    "" where a turn has none; `calls`: bool, whether it calls a tool.
    """

    first: np.ndarray
    document: np.ndarray
    roles: pa.Array
    contents: pa.Array
    calls: np.ndarray

    def of(self, role: str) -> np.ndarray:
        """Whether each turn is of this role: bool."""
        return pc.equal(self.roles, role).to_numpy(zero_copy_only=False)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """One number a turn, added up by document: int64[n]."""
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(values.astype(np.int64))))
        return ends[self.first[1:]] - ends[self.first[:-1]]

    def joined(self, which: np.ndarray) -> pa.Array:
        """The contents of the turns that are true in `which`, joined by an empty line: large_string[n], never null."""
        shown = which & pc.greater(pc.binary_length(self.contents), 0).to_numpy(zero_copy_only=False)
        ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(shown, dtype=np.int64)))
        parts = pa.LargeListArray.from_arrays(pa.array(ends[self.first]), self.contents.filter(pa.array(shown)))
        return cast(pa.Array, pc.binary_join(parts, pa.scalar(BETWEEN_TURNS, TEXT)))


def find_turns(batch: Batch) -> Turns:
    """The turns of `conversation`, and after them those of `chosen`; use as `batch.once(find_turns)`."""
    columns = [batch.column(n) for n in ("conversation", "chosen") if n in batch.table.column_names]
    return turns_of(columns, batch.num_rows)


def turns_of(columns: Sequence[pa.Array], rows: int) -> Turns:
    """The turns of several columns of conversations, one after another in each document; null has none."""
    counts = [pc.fill_null(pc.list_value_length(c), 0).to_numpy(zero_copy_only=False).astype(np.int64) for c in columns]
    document = np.concatenate([np.zeros(0, np.int64), *(np.repeat(np.arange(rows), n) for n in counts)])
    flat = pa.concat_arrays([pa.array([], CONVERSATION.value_type), *(c.flatten() for c in columns)])
    order = np.argsort(document, kind="stable")
    flat, document = flat.take(pa.array(order)), document[order]
    total = np.sum([np.zeros(rows, np.int64), *counts], axis=0)
    calls = pc.fill_null(pc.greater(pc.binary_length(pc.struct_field(flat, "tool_calls")), 2), False)
    return Turns(
        first=np.concatenate((np.zeros(1, np.int64), np.cumsum(total))).astype(np.int64),
        document=document,
        roles=pc.struct_field(flat, "role"),
        contents=pc.fill_null(pc.struct_field(flat, "content"), "").cast(TEXT),
        calls=calls.to_numpy(zero_copy_only=False),
    )


def find_prompts(batch: Batch) -> Batch:
    """What users and systems say in each document, as the `text` of a batch; use as `batch.once(find_prompts)`."""
    turns = batch.once(find_turns)
    return Batch(pa.table({"text": turns.joined(turns.of(USER) | turns.of(SYSTEM))}))


def find_answers(batch: Batch) -> Batch:
    """What assistants say in each document, as the `text` of a batch; use as `batch.once(find_answers)`."""
    turns = batch.once(find_turns)
    return Batch(pa.table({"text": turns.joined(turns.of(ASSISTANT))}))


def check_field(field: str) -> None:
    """Raise ValueError unless `field` is one of FIELDS."""
    if field not in FIELDS:
        raise ValueError(f"field must be one of {list(FIELDS)}, got {field!r}")


def columns_of_field(field: str) -> Columns:
    """The columns that `read_field` reads."""
    return {"text": TEXT} if field == WHOLE else {"conversation": CONVERSATION}


def read_field(batch: Batch, field: str) -> Batch:
    """A batch whose `text` is a field of each document."""
    if field == WHOLE:
        return batch
    return batch.once(find_prompts if field == PROMPT else find_answers)
