"""Bytes that are text already: checked once, then handed to Arrow without being decoded."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT


def invalid_at(block: bytes) -> int | None:
    """Where `block` stops being UTF-8; None if it never does.

    >>> invalid_at("é".encode()), invalid_at(b"ab\\xff")
    (None, 2)
    """
    if block.isascii():
        return None
    try:
        block.decode()
    except UnicodeDecodeError as e:
        return e.start
    return None


def strings(blocks: Sequence[bytes | None]) -> pa.Array:
    """Valid UTF-8 bytes as a text column."""
    return pa.Array.from_buffers(TEXT, len(blocks), binaries(blocks).buffers())


def binaries(blocks: Sequence[bytes | None]) -> pa.Array:
    """Bytes as a large_binary column; Arrow's own way copies them one by one into a buffer that grows."""
    sizes = np.fromiter((0 if block is None else len(block) for block in blocks), np.int64, len(blocks))
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    there = pa.array([block is not None for block in blocks], pa.bool_())
    data = pa.py_buffer(b"".join(block for block in blocks if block))
    return pa.Array.from_buffers(pa.large_binary(), len(blocks), [there.buffers()[1], pa.py_buffer(offsets), data])
