"""The bytes behind an Arrow string column, as kernels read them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from operators.batch import TEXT, Batch


@dataclass(frozen=True, kw_only=True)
class TextBuffers:
    """UTF-8 of n documents; a null is an empty document that is not `valid`.

    `data`: uint8, document i is data[offsets[i]:offsets[i + 1]]; `offsets`: int64[n + 1], does not begin at 0 where the
    column is a slice; `valid`: bool[n].
    """

    data: np.ndarray
    offsets: np.ndarray
    valid: np.ndarray

    def __len__(self) -> int:
        return len(self.valid)

    @property
    def size_bytes(self) -> int:
        """Bytes of all documents together."""
        return int(self.offsets[-1] - self.offsets[0])


def text_buffers(column: pa.Array) -> TextBuffers:
    """Views on the buffers of a large_string (or string: its offsets are widened) array; nothing else is copied.

    Nulls that hide bytes between their offsets are legal in Arrow: such a column is rebuilt with empty nulls.
    """
    if column.type == pa.string():
        column = column.cast(TEXT)
    if column.type != TEXT:
        raise TypeError(f"text must be large_string or string, not {column.type}")
    valid = np.ones(len(column), np.bool_)
    if column.null_count:
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        column = column.fill_null("")
    _, offsets, data = column.buffers()
    if offsets is None or len(column) == 0:
        return TextBuffers(data=np.zeros(0, np.uint8), offsets=np.zeros(len(column) + 1, np.int64), valid=valid)
    starts = np.frombuffer(memoryview(offsets), np.int64, len(column) + 1, column.offset * 8)
    flat = np.zeros(0, np.uint8) if data is None else np.frombuffer(memoryview(data), np.uint8)
    return TextBuffers(data=flat, offsets=starts, valid=valid)


def find_text(batch: Batch) -> TextBuffers:
    """The buffers of column `text`; use as `batch.once(find_text)`."""
    return text_buffers(batch.column("text"))
