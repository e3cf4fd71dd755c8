"""Stores several small tables as one Parquet file: one row, a list of rows for each table."""

import io
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq

Tables = Mapping[str, pa.Table]


def pack(tables: Tables) -> bytes:
    """Encode tables by name; the same tables give the same bytes. A table has at least one column."""
    columns = {}
    for name, table in tables.items():
        chunks = table.combine_chunks().to_struct_array()
        rows = chunks.combine_chunks() if isinstance(chunks, pa.ChunkedArray) else chunks
        columns[name] = pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows)
    out = io.BytesIO()
    how = {"compression": "zstd", "compression_level": 3, "write_statistics": False}
    pq.write_table(pa.table(columns), out, use_dictionary=False, **how)  # one row: a dictionary makes it larger
    return out.getvalue()


def unpack(content: bytes) -> dict[str, pa.Table]:
    """Decode what `pack` made."""
    file = pq.ParquetFile(io.BytesIO(content))
    whole = file.read(use_threads=False)
    found = {}
    for name in whole.column_names:
        rows = pa.concat_arrays([chunk.flatten() for chunk in whole[name].chunks])
        found[name] = pa.Table.from_struct_array(rows)
    return found
