"""MDS shards of MosaicML streaming, shard.00000.mds and index.json: list columns as NumPy arrays of their width."""

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import beside, library, publish_all, rows_of, schema_of, tables_of

SHARD_BYTES = 1 << 26


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write the shards and their index; their names. Needs the extra `mds`, and local room for all of it."""
    streaming = library("streaming", "mds")
    columns = {field.name: encoding(field.type) for field in schema_of(dataset)}
    with beside(out) as folder:
        place = folder / "mds"
        with streaming.MDSWriter(out=str(place), columns=columns, size_limit=SHARD_BYTES) as writer:
            for tables in tables_of(dataset, bar):
                for table in tables:
                    for row in rows_of(table):
                        writer.write(row)
        names = sorted(p.name for p in place.iterdir())
        publish_all(out, place, last="index.json")
    return names


def encoding(dtype: pa.DataType) -> str:
    """What MDS calls a column of this type.

    >>> encoding(pa.list_(pa.int32())), encoding(pa.int64())
    ('ndarray:int32', 'int')
    """
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        return f"ndarray:{dtype.value_type.to_pandas_dtype().__name__}"
    if pa.types.is_integer(dtype):
        return "int"
    return "float64" if pa.types.is_floating(dtype) else "str"
