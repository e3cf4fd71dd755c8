"""One exchange file: an Arrow IPC file of records sorted by key, one record batch for each part of its range of keys.

The batches are cut where the top bits of the key change, so the IPC footer is the index of partitions: a reader that
wants any part of the range fetches the footer, then one stretch of bytes. How the range was cut stands in the schema's
metadata, and does not depend on how many partitions the file's first reader wanted.
"""

import itertools
import json
import struct
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.pipeline.exchange.key_range import EVERYTHING, KeyRange
from corpusmill.pipeline.exchange.order import sorted_by_key

MIN_BATCH_BYTES = 1 << 20  # below this a request costs more than the bytes it brings
MAX_CUT_BITS = 8
METADATA = b"exchange"
END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
_MAGIC = b"ARROW1"


@dataclass(frozen=True, kw_only=True)
class Footer:
    """Where a file's parts lie: part i covers range.split(cut_bits)[i], in the bytes bounds[i] to bounds[i + 1]."""

    schema: pa.Schema
    range: KeyRange
    cut_bits: int
    bounds: tuple[int, ...]


def encoded(table: pa.Table, within: KeyRange = EVERYTHING) -> pa.Buffer:
    """The file of `table`'s records (first column uint64 `key`, second an integer), every key of them in `within`."""
    if table.schema.field(0).type != pa.uint64() or not pa.types.is_integer(table.schema.field(1).type):
        raise TypeError(f"an exchange record begins with a uint64 key and an integer, not {table.schema}")
    table = sorted_by_key(table).combine_chunks()
    keys = table.column(0).to_numpy()
    if len(keys) and not within.low <= int(keys[0]) <= int(keys[-1]) < within.high:
        raise ValueError(f"keys {keys[0]} to {keys[-1]} are not in {within}")
    cut_bits = cut_bits_for(table.nbytes)
    told = {"bits": within.bits, "index": within.index, "cut": cut_bits}
    schema = table.schema.with_metadata({METADATA: json.dumps(told).encode()})
    lows = np.array([part.low for part in within.split(cut_bits)], np.uint64)
    edges = [*np.searchsorted(keys, lows).tolist(), len(keys)]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as writer:
        for begin, end in itertools.pairwise(edges):
            part = table.slice(begin, end - begin)
            batches = part.to_batches() or [empty_batch(schema)]
            writer.write_batch(batches[0].replace_schema_metadata(schema.metadata))
    return sink.getvalue()


def cut_bits_for(size_bytes: int) -> int:
    """The most bits, up to 8, whose parts are still about 1 MiB each.

    >>> cut_bits_for(100), cut_bits_for(9 << 20), cut_bits_for(1 << 40)
    (0, 3, 8)
    """
    return min(MAX_CUT_BITS, max(0, (size_bytes // MIN_BATCH_BYTES).bit_length() - 1))


def empty_batch(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def footer_bytes(tail: bytes) -> int:
    """How many bytes at the end of a file make up its footer, told by the file's last ten."""
    if len(tail) < 10 or tail[-6:] != _MAGIC:
        raise ValueError("not a whole Arrow file: its last bytes are missing; delete it and run again")
    return struct.unpack("<i", tail[-10:-6])[0] + 10


def read_footer(tail: bytes) -> Footer:
    """The footer of a file, from its last bytes (at least `footer_bytes` of them).

    The offsets of batches are read straight from the flatbuffer: pyarrow hands out batches, not their places.
    Source: Arrow columnar format 1.0, File.fbs: Footer {version, schema, dictionaries, recordBatches}, Block {offset
            int64, metaDataLength int32, bodyLength int64}, 24 bytes.
    """
    size = footer_bytes(tail)
    footer = tail[len(tail) - size : len(tail) - 10]
    root = struct.unpack_from("<I", footer, 0)[0]
    vtable = root - struct.unpack_from("<i", footer, root)[0]
    field = struct.unpack_from("<H", footer, vtable + 4 + 2 * 3)[0]
    vector = root + field + struct.unpack_from("<I", footer, root + field)[0]
    count = struct.unpack_from("<I", footer, vector)[0]
    blocks = [struct.unpack_from("<qi4xq", footer, vector + 4 + 24 * i) for i in range(count)]
    bounds = [offset for offset, _, _ in blocks]
    if blocks:
        bounds.append(blocks[-1][0] + blocks[-1][1] + blocks[-1][2])
    # The footer repeats the schema: as a file that is nothing but a footer, pyarrow reads it out.
    schema = pa.ipc.open_file(pa.py_buffer(_MAGIC + b"\0\0" + tail[len(tail) - size :])).schema
    told = json.loads((schema.metadata or {})[METADATA])
    return Footer(
        schema=schema, range=KeyRange(told["bits"], told["index"]), cut_bits=told["cut"], bounds=tuple(bounds)
    )


def decoded(footer: Footer, parts: bytes) -> pa.Table:
    """The records in a stretch of whole batches."""
    stream = b"".join((footer.schema.serialize().to_pybytes(), parts, END_OF_STREAM))
    return pa.ipc.open_stream(pa.py_buffer(stream)).read_all()
