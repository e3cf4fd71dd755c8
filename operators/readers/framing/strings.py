"""Columns of any type as text columns."""

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT

EXACT = 2**53  # whole floats below it are exactly what was written


def is_text(dtype: pa.DataType) -> bool:
    """Whether a column of this type can hold documents' text: strings, or bytes, which are read as UTF-8."""
    if pa.types.is_dictionary(dtype):
        return is_text(dtype.value_type)
    strings = pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_string_view(dtype)
    return strings or pa.types.is_binary(dtype) or pa.types.is_large_binary(dtype) or pa.types.is_binary_view(dtype)


def is_bytes(dtype: pa.DataType) -> bool:
    """Whether a column of this type holds bytes of any length."""
    if pa.types.is_dictionary(dtype):
        return is_bytes(dtype.value_type)
    return pa.types.is_binary(dtype) or pa.types.is_large_binary(dtype) or pa.types.is_binary_view(dtype)


def as_bytes(column: pa.Array) -> pa.Array:
    """A column of strings or bytes as large_binary: strings in UTF-8, bytes as they are."""
    column = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return (column if is_bytes(column.type) else column.cast(TEXT)).cast(pa.large_binary())


def wide(column: pa.Array) -> tuple[pa.Array, list[int]]:
    """A column of strings or bytes as large_string, and the rows that are not valid UTF-8, which are null in it."""
    column = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    raw = column.cast(pa.large_binary())
    try:
        return raw.cast(TEXT), []
    except pa.ArrowInvalid:
        values = raw.to_pylist()
    bad = [i for i, value in enumerate(values) if value is not None and not _valid(value)]
    for i in bad:
        values[i] = None
    return pa.array(values, pa.large_binary()).cast(TEXT), bad


def as_strings(column: pa.Array) -> pa.Array:
    """Any column as strings: numbers as digits, nested values as JSON, what cannot be read null.

    Bytes are read as UTF-8; those of a fixed length (a UUID, a digest) become their hexadecimal digits.
    """
    if is_text(column.type):
        return wide(column)[0].cast(pa.string())
    if pa.types.is_fixed_size_binary(column.type):
        return pa.array([None if v is None else v.hex() for v in column.to_pylist()], pa.string())
    if pa.types.is_floating(column.type):
        return _digits(column)
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = [None if v is None else orjson.dumps(v, default=str).decode() for v in column.to_pylist()]
        return pa.array(values, pa.string())


def _digits(column: pa.Array) -> pa.Array:
    """Floats as strings; whole ones are digits, as ids are that a table with nulls in it has made floats."""
    whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), float(EXACT)))
    digits = pc.if_else(whole, column, None).cast(pa.int64()).cast(pa.string())
    return pc.coalesce(digits, column.cast(pa.string()))


def _valid(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
