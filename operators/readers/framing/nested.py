"""Columns of lists and structs in the type that a job says, out of JSON or of Arrow columns of another type."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from corpusmill.operators.readers.framing.strings import is_text, readable

SCALARS: Mapping[str, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
}
TOKEN = re.compile(r"\s*([A-Za-z_][\w.-]*|[<>:,])")


@dataclass(frozen=True)
class Fitted:
    """values: of the type. unread: bool[n], where a value or one inside it was something else, which is null."""

    values: pa.Array
    unread: np.ndarray


def nested_type(name: str) -> pa.DataType | None:
    """The type that `list<...>` or `struct<name: ...>` names; null when it is written otherwise.

    >>> str(nested_type("list<struct<url: string, size: int>>")), nested_type("list<text>"), nested_type("int")
    ('list<item: struct<url: string, size: int64>>', None, None)
    """
    words = TOKEN.findall(name)
    if "".join(words) != re.sub(r"\s+", "", name):
        return None
    try:
        found, rest = _type(words)
    except (KeyError, IndexError):
        return None
    return found if not rest and pa.types.is_nested(found) else None


def _type(words: list[str]) -> tuple[pa.DataType, list[str]]:
    """The type at the beginning of the words, and the words behind it. KeyError or IndexError for none."""
    if words[0] == "list" and words[1] == "<":
        inner, rest = _type(words[2:])
        return pa.list_(inner), _after(rest, ">")
    if words[0] == "struct" and words[1] == "<":
        fields: list[pa.Field] = []
        rest = words[1:]
        while rest[0] in ("<", ","):
            inner, behind = _type(_after(rest[2:], ":"))
            fields.append(pa.field(rest[1], inner))
            rest = behind
        if len({each.name for each in fields}) < len(fields):
            raise KeyError("a field is there twice")
        return pa.struct(fields), _after(rest, ">")
    return SCALARS[words[0]], words[1:]


def _after(words: list[str], first: str) -> list[str]:
    if words[0] != first:
        raise KeyError(words[0])
    return words[1:]


def fitted(column: pa.Array, dtype: pa.DataType) -> Fitted:
    """A column as a nested type: of texts the JSON in them. What a value has beyond the type is left out."""
    column, unread = readable(column)
    if column.type == dtype:
        return Fitted(column, unread)
    if _is_numeric_list(column.type) and _is_numeric_list(dtype) and pa.types.is_floating(dtype.value_type):
        return Fitted(column.cast(dtype, safe=False), unread)  # embeddings: no Python for each number
    values = column.to_pylist()
    found: list[Any] = []
    for row, value in enumerate(values):
        if is_text(column.type) and value is not None:
            value = _parsed(value)
        bad: list[Any] = []
        found.append(_fit(value, dtype, bad.append))
        unread[row] |= bool(bad)
    return Fitted(pa.array(found, dtype), unread)


def _is_numeric_list(dtype: pa.DataType) -> bool:
    is_list = pa.types.is_list(dtype) or pa.types.is_large_list(dtype) or pa.types.is_fixed_size_list(dtype)
    return is_list and (pa.types.is_floating(dtype.value_type) or pa.types.is_integer(dtype.value_type))


def _parsed(text: str | bytes) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError:
        return text


def _fit(value: Any, dtype: pa.DataType, bad: Callable[[Any], None]) -> Any:
    """A value as Arrow takes it for the type; what does not fit goes to `bad` and is null."""
    if value is None:
        return None
    if pa.types.is_struct(dtype):
        if isinstance(value, dict):
            return {field.name: _fit(value.get(field.name), field.type, bad) for field in dtype}
    elif pa.types.is_list(dtype):
        return [_fit(each, dtype.value_type, bad) for each in (value if isinstance(value, list) else [value])]
    elif pa.types.is_string(dtype):
        if (text := _text(value)) is not None:
            return text
    elif (number := _scalar(value, dtype)) is not None:
        return number
    bad(value)
    return None


def _text(value: Any) -> str | None:
    """A text, or the JSON of another value; null for what has more levels than JSON is written with."""
    try:
        return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    except (TypeError, RecursionError):
        return None


def _scalar(value: Any, dtype: pa.DataType) -> Any:
    """An integer, float or flag; null for what is none."""
    if pa.types.is_boolean(dtype) or isinstance(value, bool):
        return value if pa.types.is_boolean(dtype) and isinstance(value, bool) else None
    try:
        number = float(value)
        if pa.types.is_floating(dtype):
            return number
        whole = int(value) if not isinstance(value, float) else int(number)
    except (TypeError, ValueError, OverflowError):
        return None
    return whole if whole == number and -(2**63) <= whole < 2**63 else None
