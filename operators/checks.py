"""Columns held against their declarations: each verb of the contract checks with these what goes in and comes out."""

from collections.abc import Mapping

import pyarrow as pa

from corpusmill.errors import ContractError
from corpusmill.operators.batch import Batch
from corpusmill.operators.reserved import reserved

Columns = Mapping[str, pa.DataType]
Arrays = Mapping[str, pa.Array]

# A column that is read as this may hold integers or floats of any width, or times, which count as seconds since 1970.
NUMBER = pa.float64()
# A column that is read as this may hold words, flags or whole numbers, or lists of words.
VALUE = pa.null()


def require(batch: Batch, columns: Columns, *, who: object) -> None:
    """Raise ContractError unless `batch` has every column with that type; NUMBER stands for any number."""
    for name, dtype in columns.items():
        if name not in batch.table.column_names:
            raise ContractError(
                f"{type(who).__name__} reads column {name!r}; this batch has {batch.table.column_names}"
            )
        found = batch.table.schema.field(name).type
        if not fits(found, dtype):
            raise ContractError(f"{type(who).__name__} reads {name!r} as {named(dtype)}; this batch has {found}")


def named(dtype: pa.DataType) -> str:
    """What a column is read as, in messages."""
    return "a number" if dtype == NUMBER else "words, flags or whole numbers" if dtype == VALUE else str(dtype)


def fits(found: pa.DataType, expected: pa.DataType) -> bool:
    """Whether a column of type `found` can be read as `expected`: the same type, or what NUMBER and VALUE stand for."""
    if expected == NUMBER:
        return pa.types.is_integer(found) or pa.types.is_floating(found) or pa.types.is_timestamp(found)
    if expected == VALUE:
        inner = found.value_type if pa.types.is_list(found) or pa.types.is_dictionary(found) else found
        return any(is_(inner) for is_ in (pa.types.is_string, pa.types.is_large_string)) or (
            inner == found and (pa.types.is_boolean(found) or pa.types.is_integer(found))
        )
    return found == expected


def numbers(column: pa.Array) -> pa.Array:
    """A column that fits NUMBER as integers or floats: times are seconds since 1970, fractions cut off."""
    if not pa.types.is_timestamp(column.type):
        return column
    return column.cast(pa.timestamp("s", column.type.tz), safe=False).cast(pa.int64())


def refuse_overwriting(batch: Batch, columns: Columns, *, who: object) -> None:
    """Raise ContractError when a new column would hide one that is there already, or has a name that is reserved."""
    for message in reserved(columns):
        raise ContractError(f"{type(who).__name__} adds column {message}")
    for name in columns:
        if name in batch.table.column_names:
            raise ContractError(f"{type(who).__name__} would overwrite column {name!r}; run it once, or rename")


def checked(arrays: Arrays, declared: Columns, batch: Batch, *, who: object) -> Arrays:
    """`arrays` if they are exactly the declared columns, each as long as the batch; else ContractError."""
    name = type(who).__name__
    if set(arrays) != set(declared):
        raise ContractError(f"{name} declares {sorted(declared)} but gave {sorted(arrays)}")
    for column, dtype in declared.items():
        found = arrays[column]
        if found.type != dtype:
            raise ContractError(f"{name} declares {column!r} as {dtype} but gave {found.type}")
        if len(found) != batch.num_rows:
            raise ContractError(f"{name}.{column}: {len(found)} values for {batch.num_rows} rows")
    return arrays
