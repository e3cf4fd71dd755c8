"""Columns of newer Arrow types as columns of the types they stand for: views, run lengths, JSON, UUIDs.

Source: https://arrow.apache.org/docs/format/Columnar.html (list views, run-end encoding) and CanonicalExtensions.html
    (arrow.json, arrow.uuid, arrow.bool8). duckdb writes JSON and UUID columns to Parquet, `datasets` 5 chats as JSON.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT

UUID_PARTS = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))  # digits of its hexadecimal form, between the hyphens


def usual_type(dtype: pa.DataType) -> pa.DataType:
    """Name the type that `usual` gives a column of this type: itself for all but the newer ones, inside lists, too.

    >>> str(usual_type(pa.list_view(pa.json_())))
    'large_list<item: large_string>'
    """
    if isinstance(dtype, pa.JsonType):
        return TEXT
    if isinstance(dtype, pa.UuidType):
        return pa.string()
    if isinstance(dtype, pa.Bool8Type):
        return pa.bool_()
    if isinstance(dtype, pa.BaseExtensionType):
        return usual_type(dtype.storage_type)
    if pa.types.is_run_end_encoded(dtype):
        return usual_type(dtype.value_type)
    if _is_list(dtype):
        inner = usual_type(dtype.value_type)
        changed = inner != dtype.value_type or not (pa.types.is_list(dtype) or pa.types.is_large_list(dtype))
        return pa.large_list(inner) if changed else dtype
    if pa.types.is_struct(dtype):
        inners = [usual_type(field.type) for field in dtype]
        changed = any(inner != field.type for inner, field in zip(inners, dtype, strict=True))
        return pa.struct([f.with_type(i) for i, f in zip(inners, dtype, strict=True)]) if changed else dtype
    return dtype


def usual(column: pa.Array) -> pa.Array:
    """Give a column its values in the type that `usual_type` names.

    A UUID is its text, with hyphens; the null of JSON is null.

    >>> usual(pa.array([["a", None], None, []], pa.list_view(pa.string()))).to_pylist()
    [['a', None], None, []]
    """
    dtype = column.type
    if usual_type(dtype) == dtype:
        return column
    if isinstance(dtype, pa.JsonType):
        texts = column.storage.cast(TEXT)
        return pc.if_else(pc.equal(texts, "null"), None, texts)
    if isinstance(dtype, pa.UuidType):
        return _uuids(column.storage)
    if isinstance(dtype, pa.Bool8Type):
        return column.cast(pa.bool_())
    if isinstance(dtype, pa.BaseExtensionType):
        return usual(column.storage)
    if pa.types.is_run_end_encoded(dtype):
        return usual(pc.run_end_decode(column))
    if pa.types.is_struct(dtype):
        found = [usual(inner) for inner in column.flatten()]
        return pa.StructArray.from_arrays(found, fields=list(usual_type(dtype)), mask=column.is_null())
    sizes = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int64())
    return pa.LargeListArray.from_arrays(offsets, usual(column.flatten()), mask=column.is_null())


def _is_list(dtype: pa.DataType) -> bool:
    views = pa.types.is_list_view(dtype) or pa.types.is_large_list_view(dtype)
    return views or pa.types.is_list(dtype) or pa.types.is_large_list(dtype)


def _uuids(column: pa.Array) -> pa.Array:
    """Texts such as 550e8400-e29b-41d4-a716-446655440000 of UUIDs in 16 bytes."""
    digits = [None if value is None else value.hex() for value in column.to_pylist()]
    return pa.array([None if d is None else "-".join(d[a:b] for a, b in UUID_PARTS) for d in digits], pa.string())
