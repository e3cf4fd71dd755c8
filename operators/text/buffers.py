"""The bytes behind an Arrow string column, as kernels read them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch


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


def views(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The bytes and the offsets of a large_string or large_binary array, sliced or not, without copying them.

    Bytes: uint8, the whole buffer, at least one byte. Offsets: int64[n + 1] into it. Both are read-only: Numba would
    compile a kernel once more for arrays that differ in this.
    """
    _, offsets_buffer, data_buffer = column.buffers()
    offsets, data = np.zeros(len(column) + 1, np.int64), np.zeros(1, np.uint8)
    if offsets_buffer is not None and len(column):
        offsets = np.frombuffer(memoryview(offsets_buffer), np.int64, len(column) + 1, 8 * column.offset)
    if data_buffer is not None and data_buffer.size:
        data = np.frombuffer(memoryview(data_buffer), np.uint8)
    data.flags.writeable = offsets.flags.writeable = False
    return data, offsets


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
    data, offsets = views(column)
    return TextBuffers(data=data, offsets=offsets, valid=valid)


def find_text(batch: Batch) -> TextBuffers:
    """The buffers of column `text`; use as `batch.once(find_text)`."""
    return text_buffers(batch.column("text"))
