"""Preferences of a table of documents as pairs of token rows: the better conversation, then the worse one."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.tokens.chat.answers import Answers, Loss, Trained, trained
from corpusmill.operators.tokens.chat.encoder import ChatEncoder, Encoded
from corpusmill.operators.tokens.chat.form import ASSISTANT
from corpusmill.operators.tokens.rows import TokenRows, gather, offsets_of, replaced, some_rows
from corpusmill.operators.tokens.supervised import SECOND, marked
from corpusmill.pipeline.config.sections.tokens import TokensSpec
from corpusmill.pipeline.stages.tokenize.conversations import (
    MOST_LETTERS,
    NO_ANSWER,
    TOO_LONG,
    Conversations,
    conversations_of,
)

NO_PAIR = "no preference of two answers"


def with_pairs(table: pa.Table, chat: ChatEncoder, spec: TokensSpec) -> Conversations:
    """One row of ids for each preference; documents that are none have no tokens, and a reason.

    The last answer of each conversation is trained on, whatever `loss` says. Both fit sequence_tokens, or both go.
    """
    documents = len(table)
    empty = TokenRows(offsets=np.zeros(documents + 1, np.int64), ids=np.zeros(0, np.int32))
    there = {"chosen", "rejected", "conversation"} <= {*table.column_names}
    valid = [table[name].combine_chunks().is_valid() for name in ("chosen", "rejected")] if there else []
    at = (
        np.flatnonzero(np.logical_and.reduce([v.to_numpy(zero_copy_only=False) for v in valid])) if there else empty.ids
    )
    reasons = dict.fromkeys(np.setdiff1d(np.arange(documents), at).tolist(), NO_PAIR)
    if not len(at):
        return Conversations(rows=empty, reasons=reasons, truncated=0, rendered=0)
    some = table.take(pa.array(at))
    tools = some["tools"].combine_chunks() if "tools" in some.column_names else pa.nulls(len(some), pa.string())
    both = [chat.encode(conversations_of(some, name), tools) for name in ("chosen", "rejected")]
    done = [trained(each.rows, each.answers, Loss.LAST, None) for each in both]
    for each, name in zip(both, ("chosen", "rejected"), strict=True):
        reasons |= _reasons(each, has_answer(some[name].combine_chunks()), at, spec.sequence_tokens)
    stays = ~np.isin(at, np.fromiter(reasons, np.int64, len(reasons)))
    pairs = _one_after_another(*(_marked(each, stays) for each in done))
    return Conversations(
        rows=replaced(empty, at[stays], pairs),
        reasons=reasons,
        truncated=0,
        rendered=sum(each.rendered for each in both),
    )


def has_answer(column: pa.ListArray) -> np.ndarray:
    """Whether an assistant has a turn in each of these lists of turns, bool; what a prompt answers counts for none."""
    turns = pc.list_flatten(column)
    by_assistant = pc.equal(pc.struct_field(turns, "role"), ASSISTANT)
    found = np.zeros(len(column), bool)
    found[pc.list_parent_indices(column).filter(by_assistant).to_numpy()] = True
    return found


def ends_with_answer(answers: Answers, conversations: int) -> np.ndarray:
    """Whether the last answer of each conversation has a token, bool."""
    found = np.zeros(conversations, bool)
    found[answers.conversation] = answers.end > answers.first  # the last one of each conversation is what stays
    return found


def _reasons(encoded: Encoded, answered: np.ndarray, at: np.ndarray, most_tokens: int) -> dict[int, str]:
    found = {int(at[place]): reason[:MOST_LETTERS] for place, reason in encoded.refused.items()}
    answered, lengths = answered & ends_with_answer(encoded.answers, len(at)), np.diff(encoded.rows.offsets)
    found |= {place: NO_ANSWER for place in at[~answered].tolist() if place not in found}
    return found | {place: TOO_LONG for place in at[lengths > most_tokens].tolist() if place not in found}


def _marked(done: Trained, stays: np.ndarray) -> TokenRows:
    return some_rows(TokenRows(offsets=done.rows.offsets, ids=marked(done.rows.ids, done.mask)), stays)


def _one_after_another(first: TokenRows, second: TokenRows) -> TokenRows:
    """Row k of the one and row k of the other as one row, with the mark where the second begins."""
    ids = second.ids.copy()
    ids[second.offsets[:-1]] |= np.int32(SECOND)
    source = np.stack([first.offsets[:-1], second.offsets[:-1] + len(first.ids)], 1).ravel()
    target = offsets_of(np.stack([np.diff(first.offsets), np.diff(second.offsets)], 1).ravel())
    out = np.empty(target[-1], np.int32)
    gather(np.concatenate([first.ids, ids]), source, target, out)
    return TokenRows(offsets=target[::2].copy(), ids=out)
