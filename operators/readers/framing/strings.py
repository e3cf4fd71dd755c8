"""Columns of any type as text columns, and texts inside lists and structs as UTF-8, which no file promises."""

import numpy as np
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


def in_bytes(column: pa.Array) -> pa.Array:
    """The same buffers with bytes in place of strings, also inside lists, structs and dictionaries: a reader that
    promised UTF-8 may not hold it.
    """
    dtype = column.type
    if pa.types.is_dictionary(dtype):
        return pa.DictionaryArray.from_arrays(column.indices, in_bytes(column.dictionary), safe=False)
    for strings, raw in _RAW:
        if dtype == strings:
            return pa.Array.from_buffers(raw, len(column), column.buffers(), column.null_count, column.offset)
    if not pa.types.is_nested(dtype) or not _has_strings(dtype):
        return column
    whole = pa.concat_arrays([column])  # without an offset, so that its parts are all there is
    if pa.types.is_struct(dtype):
        inner = [in_bytes(whole.field(k)) for k in range(dtype.num_fields)]
        fields = [pa.field(f.name, each.type) for f, each in zip(dtype, inner, strict=True)]
        return pa.StructArray.from_arrays(inner, fields=fields, mask=whole.is_null())
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        inner_ = in_bytes(whole.values)
        kind = pa.large_list(inner_.type) if pa.types.is_large_list(dtype) else pa.list_(inner_.type)
        bits = whole.buffers()[:2]
        return pa.Array.from_buffers(kind, len(whole), bits, whole.null_count, 0, children=[inner_])
    return column


_RAW = ((pa.string(), pa.binary()), (pa.large_string(), pa.large_binary()), (pa.string_view(), pa.binary_view()))


def _has_strings(dtype: pa.DataType) -> bool:
    if pa.types.is_dictionary(dtype):
        return _has_strings(dtype.value_type)
    fields = [dtype.field(i) for i in range(dtype.num_fields)] if pa.types.is_nested(dtype) else []
    return any(dtype == strings for strings, _ in _RAW) or any(_has_strings(each.type) for each in fields)


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
        values = [None if v is None else orjson.dumps(v, default=str).decode() for v in readable(column)[0].to_pylist()]
        return pa.array(values, pa.string())


def readable(column: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """A column whose texts are valid UTF-8, bytes read as such; and bool[n], where one was not, which is null in it.

    >>> values, unread = readable(pa.array([[b"a", b"\\xff"], None], pa.list_(pa.binary())))
    >>> values.to_pylist(), unread.tolist()
    ([['a', None], None], [True, False])
    """
    unread = np.zeros(len(column), np.bool_)
    if not _has_bytes(column.type) and _is_valid(column):
        return column, unread
    if is_text(column.type):
        values, bad = wide(column)
        unread[bad] = True
        return values, unread
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        inner, bad = readable(column.flatten())
        unread[pc.list_parent_indices(column).to_numpy(zero_copy_only=False)[bad]] = True
        lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int64())
        return pa.LargeListArray.from_arrays(offsets, inner, mask=column.is_null()), unread
    if pa.types.is_struct(column.type) and column.type.num_fields:
        found = [readable(inner) for inner in column.flatten()]
        fields = [pa.field(f.name, values.type) for f, (values, _) in zip(column.type, found, strict=True)]
        made = pa.StructArray.from_arrays([values for values, _ in found], fields=fields, mask=column.is_null())
        return made, np.logical_or.reduce([bad for _, bad in found])
    return column, unread


def _has_bytes(dtype: pa.DataType) -> bool:
    fields = [dtype.field(i) for i in range(dtype.num_fields)] if pa.types.is_nested(dtype) else []
    return is_bytes(dtype) or any(_has_bytes(field.type) for field in fields)


def _is_valid(column: pa.Array) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


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
