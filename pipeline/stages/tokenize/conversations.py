"""Conversations of a table of documents as rows of token ids that say what is trained on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.tokens.chat.answers import Loss, trained
from corpusmill.operators.tokens.chat.encoder import ChatEncoder
from corpusmill.operators.tokens.rows import TokenRows, offsets_of, replaced
from corpusmill.operators.tokens.supervised import marked, unmarked
from corpusmill.pipeline.config.sections.tokens import TokensSpec

COLUMNS = ("conversation", "tools", "chosen", "rejected")
NO_ANSWER = "conversation without an answer of an assistant"
TOO_LONG = "conversation longer than sequence_tokens"
MOST_LETTERS = 100  # of a reason, which may be the template's own words


@dataclass(frozen=True, kw_only=True)
class Conversations:
    """Rows of a table. reasons: why a document has no tokens, by its place in the table."""

    rows: TokenRows
    reasons: Mapping[int, str]
    truncated: int  # conversations that end before their last turn
    rendered: int  # conversations that went through Jinja


def with_conversations(table: pa.Table, texts: TokenRows, chat: ChatEncoder, spec: TokensSpec) -> Conversations:
    """Put the ids of conversations in place of those of their texts; what is no conversation is trained on whole.

    Of a preference the better answer is taken.
    """
    rows = TokenRows(offsets=texts.offsets, ids=marked(texts.ids, np.ones(len(texts.ids), np.uint8)))
    if "conversation" not in table.column_names:
        return Conversations(rows=rows, reasons={}, truncated=0, rendered=0)
    column = conversations_of(table)
    at = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
    tools = table["tools"].combine_chunks() if "tools" in table.column_names else pa.nulls(len(table), pa.string())
    encoded = chat.encode(column.take(pa.array(at)), tools.take(pa.array(at)))
    loss = Loss(spec.loss)
    most = spec.sequence_tokens if spec.packing == "best_fit" else None
    done = trained(encoded.rows, encoded.answers, loss, most)
    reasons = {int(at[place]): reason[:MOST_LETTERS] for place, reason in encoded.refused.items()}
    answers = encoded.answers.count(len(at))
    lengths = np.diff(done.rows.offsets)
    for reason, wrong in (
        (NO_ANSWER, (answers == 0) & (loss is not Loss.ALL)),
        (TOO_LONG, (lengths == 0) | (done.cut if spec.long_conversations == "drop" else False)),
    ):
        reasons |= {place: reason for place in at[wrong].tolist() if place not in reasons}
    kept = ~np.isin(at, np.fromiter(reasons, np.int64, len(reasons)))
    ids = TokenRows(offsets=done.rows.offsets, ids=marked(done.rows.ids, done.mask))
    return Conversations(
        rows=replaced(rows, at, ids),
        reasons=reasons,
        truncated=int((done.cut & kept).sum()),
        rendered=encoded.rendered,
    )


def conversations_of(table: pa.Table, answer: str = "chosen") -> pa.ListArray:
    """The turns of each document, of a preference with those of one answer; null where it is no conversation.

    answer: the column of the better or of the worse one.
    """
    column = table["conversation"].combine_chunks()
    if answer not in table.column_names or table[answer].null_count == len(table):
        return column
    chosen = table[answer].combine_chunks()
    both = pa.chunked_array([pc.list_flatten(column), pc.list_flatten(chosen)]).combine_chunks()
    first, more = (pc.fill_null(pc.list_value_length(each), 0).to_numpy() for each in (column, chosen))
    begins, further = offsets_of(first)[:-1], offsets_of(more)[:-1] + int(first.sum())
    counts = np.stack([first, more], 1).ravel()
    starts = np.stack([begins, further], 1).ravel()
    take = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    offsets = offsets_of(first + more).astype(np.int32)
    mask = pc.and_(column.is_null(), chosen.is_null())
    turns = both.take(pa.array(take))
    return pa.ListArray.from_arrays(pa.array(offsets), turns, type=column.type, mask=mask)


def trained_tokens(rows: TokenRows) -> np.ndarray:
    """How many tokens of each row a model is trained on, int32."""
    before = offsets_of(unmarked(rows.ids)[1])
    return np.diff(before[rows.offsets]).astype(np.int32)
