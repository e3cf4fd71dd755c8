"""Bytes that are text already: checked once, then handed to Arrow without being decoded."""

from collections.abc import Sequence

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
    return pa.Array.from_buffers(TEXT, len(blocks), pa.array(blocks, pa.large_binary()).buffers())
