"""Reads the turns of a chat out of Arrow columns: the same as `values` reads out of JSON, without a Python object."""

from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.readers.framing.strings import as_strings, is_text
from corpusmill.operators.readers.framing.typed import as_text
from corpusmill.operators.readers.shapes.values import (
    CONTENT_KEYS,
    READ_TURN,
    READ_TURNS,
    ROLE_KEYS,
    turns_of,
)


def turns_in(column: pa.Array, speaks: str | None = None) -> pa.Array:
    """Turns from a column of texts, or of lists of structs or of texts that are JSON: READ_TURNS; see `turns_of`."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.type == READ_TURNS:
        return column
    if speaks is not None and is_text(column.type):
        return one_turn(as_strings(column), speaks)
    listed = pa.types.is_list(column.type) or pa.types.is_large_list(column.type)
    if listed and pa.types.is_struct(column.type.value_type) and _plain(column.type.value_type):
        return _turns(column)
    if listed and is_text(column.type.value_type):
        return turns_of([value and [*map(_object, value)] for value in column.to_pylist()], speaks)
    return turns_of([_without_nulls(value) for value in column.to_pylist()], speaks)


def _object(text: Any) -> Any:
    """What a text is the JSON of, if that is an object, else the text."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:  # null too
        return text
    return found if isinstance(found, dict) else text


def one_turn(contents: pa.Array, role: str, *, blank: bool = True) -> pa.Array:
    """A conversation of one turn for each text: READ_TURNS, null where the text is.

    blank: whether an empty text is a turn; else it is a conversation without any.
    """
    there = contents.is_valid()
    held = there if blank else pc.and_(there, pc.greater(pc.binary_length(contents), 0)).fill_null(False)
    kept = contents.filter(held)
    flat = _structs(pa.repeat(pa.scalar(role), len(kept)), kept, {})
    return _lists(held.to_numpy(zero_copy_only=False).astype(np.int64), flat, pc.invert(there))


def _plain(turn: pa.StructType) -> bool:
    """Whether role and content are texts, so that nothing has to be looked at turn by turn."""
    types = {field.name: field.type for field in turn}
    return all(
        is_text(types[key]) or pa.types.is_null(types[key]) for key in (*ROLE_KEYS, *CONTENT_KEYS) if key in types
    )


def _turns(column: pa.Array) -> pa.Array:
    flat = column.flatten()
    names = [field.name for field in flat.type]

    def first(keys: tuple[str, ...]) -> pa.Array:
        found = [as_strings(pc.struct_field(flat, key)) for key in keys if key in names]
        return pc.coalesce(*found) if found else pa.nulls(len(flat), pa.string())

    other = {key: _text(pc.struct_field(flat, key)) for key in ("name", "tool_calls", "tool_call_id") if key in names}
    if flat.null_count:
        other["wrong"] = pc.if_else(flat.is_null(), "turn_not_an_object: NoneType", pa.scalar(None, pa.string()))
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    return _lists(lengths.astype(np.int64), _structs(first(ROLE_KEYS), first(CONTENT_KEYS), other), column.is_null())


def _text(column: pa.Array) -> pa.Array:
    """A further field of turns as text: lists and structs as JSON without the fields that are null, empty ones null."""
    if is_text(column.type) or not pa.types.is_nested(column.type):
        return as_strings(column)
    values = [_without_nulls(value) for value in column.to_pylist()]
    return pa.array([as_text(value) if value else None for value in values], pa.string())


def _without_nulls(value: object) -> object:
    """A value without the fields that are null, which Arrow adds to every struct; nulls of lists stay."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _structs(role: pa.Array, content: pa.Array, other: dict[str, pa.Array]) -> pa.Array:
    columns = {"role": role, "content": content, **other}
    empty = pa.nulls(len(role), pa.string())
    return pa.StructArray.from_arrays(
        [columns.get(field.name, empty).cast(pa.string()) for field in READ_TURN], fields=list(READ_TURN)
    )


def _lists(lengths: np.ndarray, flat: pa.Array, null: pa.Array) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), flat, type=READ_TURNS, mask=null)
