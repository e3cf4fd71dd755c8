"""The bytes of a column as kernels see them that cut documents: one buffer, and where each begins and ends."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.buffers import views


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Document `i` is `data[starts[i]:ends[i]]`; a null document is an empty one.

    data: uint8, the whole buffer of the column, not only the part that these documents take up.
    starts, ends: int64, one a document.
    """

    data: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    @property
    def longest_bytes(self) -> int:
        return int((self.ends - self.starts).max(initial=0))

    def prefix(self, limit_bytes: int) -> "Spans":
        """The same documents, each cut to at most `limit_bytes`, never inside a character.

        >>> cut = spans_of(pa.array(["añb", "a"], pa.large_string())).prefix(2)
        >>> (cut.ends - cut.starts).tolist()
        [1, 1]
        """
        ends = np.minimum(self.ends, self.starts + limit_bytes)
        last = len(self.data) - 1
        for _ in range(3):  # a character has at most three continuation bytes
            inside = (ends < self.ends) & ((self.data[np.minimum(ends, last)] & 0xC0) == 0x80)
            ends = ends - inside
        return Spans(data=self.data, starts=self.starts, ends=ends)


def spans_of(column: pa.Array) -> Spans:
    """The bytes of a large_string or large_binary array, sliced or not, without copying them."""
    if column.type not in (pa.large_string(), pa.large_binary()):
        raise TypeError(f"expected large_string or large_binary, got {column.type}")
    data, offsets = views(column)
    starts, ends = offsets[:-1].copy(), offsets[1:].copy()
    if column.null_count:
        null = column.is_null().to_numpy(zero_copy_only=False)
        ends[null] = starts[null]
    return Spans(data=data, starts=starts, ends=ends)


def text_from(data: np.ndarray, ends: np.ndarray, null: np.ndarray | None = None) -> pa.Array:
    """A large_string array from the bytes of documents laid end to end.

    data: uint8; ends: int64, end of each document; null: true where the document has no text at all.
    """
    offsets = np.zeros(len(ends) + 1, np.int64)
    offsets[1:] = ends
    validity = None
    if null is not None and null.any():
        validity = pa.py_buffer(np.packbits(~null, bitorder="little").tobytes())
    buffers = [validity, pa.py_buffer(offsets.data), pa.py_buffer(data.data)]
    return pa.Array.from_buffers(pa.large_string(), len(ends), buffers)
