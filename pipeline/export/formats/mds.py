"""MDS shards of MosaicML streaming, shard.00000.mds and index.json: list columns as NumPy arrays of their width.

Written here, byte for byte as the library writes them (a test compares): mosaicml-streaming from 0.11 on needs NumPy
below 2.2, earlier ones tokenizers below 0.23, so that no version of it can be installed beside this program.

Source: streaming/base/format/mds of mosaicml-streaming 0.10.0: version 2 of the format, uncompressed, without hashes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import publish, rows_of, schema_of, tables_of

SHARD_BYTES = 1 << 26
INDEX = "index.json"
SIZES = {"int": 8, "float64": 8}  # bytes of values that need not say their size
ONE_DIMENSION = 1 << 2  # of the byte before an array: its dimensions, and in the last two bits how wide the length is


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write the shards and then their index; their names."""
    columns = {field.name: encoding(field.type) for field in schema_of(dataset)}
    written: list[Mapping[str, Any]] = []
    for shard in shards(tables_of(dataset, bar), columns):
        name, content = f"shard.{len(written):05d}.mds", shard.content()
        publish(out, name, content)
        raw = {"basename": name, "bytes": sum(map(len, content)), "hashes": {}}
        written.append({"samples": len(shard.samples), "raw_data": raw, "zip_data": None, **config(columns)})
    index = json.dumps({"version": 2, "shards": written}, sort_keys=True).encode()
    publish(out, INDEX, [index])
    return sorted([INDEX, *(shard["raw_data"]["basename"] for shard in written)])


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


def config(columns: Mapping[str, str]) -> dict[str, Any]:
    """What each shard says of itself. columns: the encoding of each."""
    names = sorted(columns)
    return {
        "column_encodings": [columns[name] for name in names],
        "column_names": names,
        "column_sizes": [SIZES.get(columns[name]) for name in names],
        "compression": None,
        "format": "mds",
        "hashes": [],
        "size_limit": SHARD_BYTES,
        "version": 2,
    }


@dataclass
class Shard:
    """The rows of one file. head: the description of the columns."""

    head: bytes
    samples: list[bytes] = field(default_factory=list)
    size_bytes: int = 0

    def content(self) -> Sequence[bytes]:
        """The file: how many rows, where each begins and the last one ends, the columns, the rows."""
        many = len(self.samples)
        begin = 4 + 4 * (many + 1) + len(self.head)
        offsets = begin + np.cumsum([0, *map(len, self.samples)], dtype=np.int64)
        return [np.uint32(many).tobytes(), offsets.astype("<u4").tobytes(), self.head, *self.samples]


def shards(parts: Iterator[Iterator[pa.Table]], columns: Mapping[str, str]) -> Iterator[Shard]:
    """The rows of all parts, as many in a shard as have room."""
    head = json.dumps(config(columns), sort_keys=True).encode()
    empty = 4 + 4 + len(head)
    shard = Shard(head, size_bytes=empty)
    for tables in parts:
        for row in (row for table in tables for row in rows_of(table)):
            sample = encoded(row, columns)
            if shard.samples and shard.size_bytes + len(sample) + 4 > SHARD_BYTES:
                yield shard
                shard = Shard(head, size_bytes=empty)
            shard.samples.append(sample)
            shard.size_bytes += len(sample) + 4
    if shard.samples:
        yield shard


def encoded(row: Mapping[str, Any], columns: Mapping[str, str]) -> bytes:
    """A row: the sizes of values that have no fixed one, then all values in the order of their names."""
    values = [(columns[name], value_bytes(row[name], columns[name])) for name in sorted(columns)]
    sizes = [len(content) for kind, content in values if kind not in SIZES]
    return np.array(sizes, "<u4").tobytes() + b"".join(content for _, content in values)


def value_bytes(value: Any, kind: str) -> bytes:
    """One value.

    >>> value_bytes(np.array([1, 2], np.int16), "ndarray:int16").hex()
    '040201000200'
    """
    if kind == "int":
        return np.int64(value).tobytes()
    if kind == "float64":
        return np.float64(value).tobytes()
    if kind == "str":
        return str(value).encode()
    width = next(w for w in range(4) if len(value) < 1 << (8 << w))
    return bytes([ONE_DIMENSION | width]) + len(value).to_bytes(1 << width, "little") + value.tobytes()
