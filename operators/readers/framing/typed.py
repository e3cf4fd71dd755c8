"""Columns of records in the type that a job says: numbers, flags, lists of texts and times out of what files hold.

What cannot be read as its type is null, and the row says so in `unread_fields`: nothing is dropped without a trace.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.readers.framing.fields import SECONDS
from corpusmill.operators.readers.framing.nested import fitted, nested_type
from corpusmill.operators.readers.framing.strings import EXACT, as_bytes, as_strings, is_text, readable
from corpusmill.operators.text.dates import NUMBER, dates_of

TYPES: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "strings": pa.list_(pa.string()),
    "timestamp": SECONDS,
}
BYTES, FLOATS = "bytes", "floats"
TYPE_NAMES = (*TYPES, BYTES, FLOATS, "list<...> or struct<name: ..., ...> of these")
AS_FOUND = (TYPES["strings"], pa.large_binary())  # what readers of JSON give as it is; values of other types as text
UNREAD = "unread_fields"
BETWEEN = "; "
SHOWN_CHARS = 60  # of a value that could not be read
INTEGER, LONGEST_INT = r"^[+-]?\d{1,19}$", 19
TRUE, FALSE = ("true", "t", "yes", "y", "on", "1"), ("false", "f", "no", "n", "off", "0")
WHOLE = r"^([+-]?\d+)\.0*$"  # a whole number written with a fraction of zeros, as decimals are


def type_of(name: str) -> pa.DataType | None:
    """The type that a job names; null when there is none of that name.

    >>> str(type_of("strings")), str(type_of("floats")), str(type_of("struct<a: int>")), type_of("text")
    ('list<item: string>', 'list<item: float>', 'struct<a: int64>', None)
    """
    own = {**TYPES, BYTES: pa.large_binary(), FLOATS: pa.list_(pa.float32())}
    return own[name] if name in own else nested_type(name)


def as_type(name: str) -> pa.DataType:
    """The same of a name that has been checked. ValueError for another."""
    if (found := type_of(name)) is None:
        raise ValueError(f"no type {name!r}")
    return found


@dataclass(frozen=True)
class Typed:
    """values: null where there is none to be read. unread: bool[n], where something stands that is not of the type."""

    values: pa.Array
    unread: np.ndarray


def typed(column: pa.Array, dtype: pa.DataType) -> Typed:
    """A column as one of TYPES. Texts are read as what they say (`"3"`, `"yes"`), blank ones as null."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    if pa.types.is_large_binary(dtype):
        return Typed(as_bytes(column if is_text(column.type) else as_strings(column)), np.zeros(len(column), np.bool_))
    if dtype == TYPES["strings"]:
        return as_lists(column)
    if pa.types.is_nested(dtype):
        nested = fitted(column, dtype)
        return Typed(nested.values, nested.unread)
    if column.type == dtype or _widens(column.type, dtype):
        return Typed(column.cast(dtype, safe=False), np.zeros(len(column), np.bool_))
    if pa.types.is_timestamp(dtype):
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            utc = pa.timestamp("s", getattr(column.type, "tz", None))
            return Typed(column.cast(utc, safe=False).cast(SECONDS), np.zeros(len(column), np.bool_))
        found = dates_of(as_strings(column))
        return Typed(found.seconds, found.unread)
    texts = pc.utf8_trim_whitespace(as_strings(column))
    read = {pa.int64(): _ints, pa.float64(): _floats, pa.bool_(): _flags}.get(dtype)
    values = as_strings(column) if read is None else read(texts)
    there = pc.and_(texts.is_valid(), pc.not_equal(texts, "")).fill_null(False)
    return Typed(values, pc.and_(there, values.is_null()).to_numpy(zero_copy_only=False))


def in_types(columns: Mapping[str, pa.Array], types: Mapping[str, pa.DataType]) -> dict[str, pa.Array]:
    """The columns named in `types` read as such, and UNREAD: "column=value; ..." of what could not be, else null."""
    found = {name: typed(columns[name], dtype) for name, dtype in types.items()}
    notes = [_note(name, columns[name], each.unread) for name, each in found.items() if each.unread.any()]
    if not notes:
        unread = pa.nulls(len(next(iter(found.values())).values), pa.string())
    else:  # not null_handling="skip": of pyarrow 26 it leaves out rows that are null in all
        joined = pc.binary_join_element_wise(*notes, "", null_handling="replace", null_replacement="")
        unread = pc.if_else(pc.equal(joined, ""), None, pc.utf8_rtrim(joined, BETWEEN))
    return {**{name: each.values for name, each in found.items()}, UNREAD: unread}


def unread_columns(notes: pa.ChunkedArray | pa.Array) -> dict[str, int]:
    """How many values of each column could not be read, from `unread_fields`.

    >>> unread_columns(pa.array(["score=high; fetched_at_utc=soon", None, "score=low"]))
    {'fetched_at_utc': 1, 'score': 2}
    """
    parts = pc.list_flatten(pc.split_pattern(notes.drop_null(), BETWEEN))
    names = pc.struct_field(pc.extract_regex(parts, r"^(?P<name>[^=]*)="), "name").drop_null()
    counted = pc.value_counts(names).to_pylist()
    return {each["values"]: each["counts"] for each in sorted(counted, key=lambda each: each["values"])}


def as_lists(column: pa.Array) -> Typed:
    """Any column as lists of texts: a single value is a list of one, what is nested deeper its JSON."""
    dtype = pa.list_(pa.string())
    if pa.types.is_fixed_size_list(column.type):
        column = column.cast(pa.list_(column.type.value_type))
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column, unread = readable(column)
        if is_text(column.type.value_type):
            return Typed(column.cast(dtype), unread)
        return Typed(lists_of(column.to_pylist()), unread)
    texts = as_strings(column)
    valid = texts.is_valid()
    unread = pc.not_equal(valid, column.is_valid()).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(valid.to_numpy(zero_copy_only=False))]).astype(np.int32)
    values = pa.ListArray.from_arrays(pa.array(offsets), texts.drop_null(), type=dtype, mask=pc.invert(valid))
    return Typed(values, unread)


def lists_of(values: Iterable[Any]) -> pa.Array:
    """Python values as lists of texts: the same as `as_lists`."""
    return pa.array(
        [None if v is None else [*map(as_text, v if isinstance(v, list) else [v])] for v in values],
        pa.list_(pa.string()),
    )


def as_text(value: Any) -> str | None:
    """A value in a column of strings: itself, or its JSON; null for what has more levels than Python writes."""
    if value is None or isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    try:
        return orjson.dumps(value, default=str).decode()
    except (TypeError, RecursionError):  # integers above 64 bits inside, or many levels
        pass
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except (TypeError, RecursionError):
        return None


def _widens(found: pa.DataType, dtype: pa.DataType) -> bool:
    """Whether Arrow casts every value of one type to the other without loss, or as nearly as a float can."""
    if dtype == pa.int64():
        return pa.types.is_integer(found) and found != pa.uint64()
    return dtype == pa.float64() and (pa.types.is_integer(found) or pa.types.is_floating(found))


def _ints(texts: pa.Array) -> pa.Array:
    texts = pc.replace_substring_regex(texts, WHOLE, r"\1")
    bare = pc.utf8_ltrim(texts, "+-")
    held = pc.or_(pc.less(pc.utf8_length(bare), LONGEST_INT), pc.less_equal(bare, str(2**63 - 1)))
    whole = pc.and_(pc.match_substring_regex(texts, INTEGER), held)
    digits = pc.if_else(whole, pc.utf8_ltrim(texts, "+"), None).cast(pa.int64())
    floats = _floats(pc.if_else(whole, None, texts))
    exact = pc.and_(pc.equal(floats, pc.floor(floats)), pc.less(pc.abs(floats), float(EXACT)))
    return pc.coalesce(digits, pc.if_else(exact, floats, None).cast(pa.int64()))


def _floats(texts: pa.Array) -> pa.Array:
    numeric = pc.match_substring_regex(texts, NUMBER)
    found = pc.if_else(numeric, pc.utf8_ltrim(texts, "+"), None).cast(pa.float64())
    return pc.if_else(pc.is_finite(found), found, None)


def _flags(texts: pa.Array) -> pa.Array:
    texts = pc.replace_substring_regex(pc.utf8_lower(texts), WHOLE, r"\1")
    yes, no = (pc.is_in(texts, value_set=pa.array(words)) for words in (TRUE, FALSE))
    return pc.if_else(yes, True, pc.if_else(no, False, pa.scalar(None, pa.bool_())))


def _note(name: str, column: pa.Array, unread: np.ndarray) -> pa.Array:
    shown = pc.replace_substring(pc.utf8_slice_codeunits(as_strings(column), 0, SHOWN_CHARS), ";", ",")
    note = pc.binary_join_element_wise(name, "=", shown, BETWEEN, "")
    return pc.if_else(pa.array(unread), note, pa.scalar(None, pa.string()))
