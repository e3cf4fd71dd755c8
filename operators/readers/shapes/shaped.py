"""Turns a batch of records into conversations with their plain text, or says why a record is none."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT
from corpusmill.operators.contract import RECORD
from corpusmill.operators.readers.shapes.joining import conversation, damage
from corpusmill.operators.readers.shapes.shape import Field, Shape, Turns
from corpusmill.operators.text.conversation import CONVERSATION, CONVERSATION_COLUMNS, plain_text

PREFIX = "shape."  # before the names of a shape's fields, in batches that are not shaped yet


def shaped(found: pa.RecordBatch, shape: Shape, fields: Mapping[str, Field], max_bytes: int) -> dict[str, pa.Array]:
    """The columns of a batch with `text` and CONVERSATION_COLUMNS in place of the fields of its shape.

    A record that lacks a field, or has a damaged turn, or no content at all, gets a `failure` and is null elsewhere.
    """
    columns = dict(zip(found.schema.names, found.columns, strict=True))
    arrays = {name.removeprefix(PREFIX): columns.pop(name) for name in list(columns) if name.startswith(PREFIX)}
    there = pc.and_(columns["skipped"].is_null(), columns["failure"].is_null())
    turns = shape.turns(arrays)
    made = _made(turns, arrays.get("tools"))
    text = text_of(made)
    if turns.skipped is not None:
        columns["skipped"] = pc.coalesce(columns["skipped"], pc.if_else(there, turns.skipped, None))
        there = pc.and_(there, columns["skipped"].is_null())
    failures = [_lacking(field, arrays[name]) for name, field in fields.items() if field.needed]
    failures += [damage(each) for each in (turns.conversation, turns.chosen, turns.rejected) if each is not None]
    failures += [] if turns.failure is None else [turns.failure]
    failures += [_when(text.is_null(), "no_content"), _too_large(text, max_bytes)]
    columns["failure"] = pc.coalesce(columns["failure"], pc.if_else(there, pc.coalesce(*failures), None))
    good = pc.and_(there, columns["failure"].is_null())
    kept = {name: values if name in RECORD else _where(good, values) for name, values in columns.items()}
    return {**kept, "text": _where(good, text), **{name: _where(good, values) for name, values in made.items()}}


def text_of(made: Mapping[str, pa.Array]) -> pa.Array:
    """The plain text of conversations, of a preference with its better answer: TEXT, null without any."""
    both = [plain_text(made[name]) for name in ("conversation", "chosen")]
    empty = pa.scalar("", TEXT)
    parts = [pc.fill_null(each, empty) for each in both]
    between = pc.if_else(pc.and_(both[0].is_valid(), both[1].is_valid()), pa.scalar("\n\n", TEXT), empty)
    text = pc.binary_join_element_wise(parts[0], between, parts[1], empty)
    return pc.if_else(pc.or_(both[0].is_valid(), both[1].is_valid()), text, pa.scalar(None, TEXT))


def _made(turns: Turns, tools: pa.Array | None) -> dict[str, pa.Array]:
    n = len(turns.conversation)
    none = pa.nulls(n, pa.string())
    given = none if tools is None else pc.if_else(pc.is_in(tools, pa.array(["", "[]", "null"])), None, tools)
    read = {name: getattr(turns, name) for name in ("conversation", "chosen", "rejected")}
    made = {name: pa.nulls(n, CONVERSATION) if each is None else conversation(each) for name, each in read.items()}
    return {name: given if name == "tools" else made[name] for name in CONVERSATION_COLUMNS}


def _lacking(field: Field, values: pa.Array) -> pa.Array:
    return _when(values.is_null(), f"missing_field: {field.name}")


def _too_large(text: pa.Array, max_bytes: int) -> pa.Array:
    large = pc.fill_null(pc.greater(pc.binary_length(text), max_bytes), False)
    return _when(large, f"record_too_large: above {max_bytes}")


def _when(condition: pa.Array, reason: str) -> pa.Array:
    return pc.if_else(condition, reason, pa.scalar(None, pa.string()))


def _where(condition: pa.Array, values: pa.Array) -> pa.Array:
    return values if pc.all(condition).as_py() else pc.if_else(condition, values, pa.scalar(None, values.type))
