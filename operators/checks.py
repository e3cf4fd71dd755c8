"""Columns held against their declarations: each verb of the contract checks with these what goes in and comes out."""

from collections.abc import Mapping

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.reserved import reserved

Columns = Mapping[str, pa.DataType]
Arrays = Mapping[str, pa.Array]

# A column that is read as this may hold integers or floats of any width.
NUMBER = pa.float64()


class ContractError(TypeError):
    """An operator was given, or gave back, columns that break its declaration."""


def require(batch: Batch, columns: Columns, *, who: object) -> None:
    """Raise ContractError unless `batch` has every column with that type; NUMBER stands for any number."""
    for name, dtype in columns.items():
        if name not in batch.table.column_names:
            raise ContractError(
                f"{type(who).__name__} reads column {name!r}; this batch has {batch.table.column_names}"
            )
        found = batch.table.schema.field(name).type
        if not fits(found, dtype):
            wanted = "a number" if dtype == NUMBER else dtype
            raise ContractError(f"{type(who).__name__} reads {name!r} as {wanted}; this batch has {found}")


def fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a column of type `found` can be read as `wanted`: the same type, or any number where NUMBER is wanted."""
    number = pa.types.is_integer(found) or pa.types.is_floating(found)
    return found == wanted or (wanted == NUMBER and number)


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
