"""Arrow arrays as NumPy views for the kernels, and back."""

import numpy as np
import pyarrow as pa

from operators.extract.html.strings import NO_DAY


def binary_views(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(bytes, int64 offsets) of a large_binary array, whatever slice of its buffers it is; nothing is copied."""
    _, offset_buffer, data_buffer = column.buffers()
    if not len(column) or offset_buffer is None:
        return np.zeros(0, np.uint8), np.zeros(len(column) + 1, np.int64)
    offsets = np.asarray(memoryview(offset_buffer)).view(np.int64)[column.offset : column.offset + len(column) + 1]
    data = np.asarray(memoryview(data_buffer)).view(np.uint8) if data_buffer is not None else np.zeros(0, np.uint8)
    return data, offsets


def valid_rows(column: pa.Array) -> np.ndarray:
    """True where a row is not null."""
    return column.is_valid().to_numpy(zero_copy_only=False)


def strings(data: np.ndarray, ends: np.ndarray, null: np.ndarray, dtype: pa.DataType) -> pa.Array:
    """A string array from bytes end to end; rows where `null` is true are null. The bytes must be UTF-8."""
    mask = pa.array(~null).buffers()[1]
    whole = pa.Array.from_buffers(
        pa.large_string(), len(null), [mask, pa.py_buffer(ends.tobytes()), pa.py_buffer(data[: ends[-1]].tobytes())]
    )
    return whole if dtype == pa.large_string() else whole.cast(dtype)


def days(values: np.ndarray) -> pa.Array:
    """A date32 array; NO_DAY is null."""
    return pa.array(values, pa.date32(), mask=values == NO_DAY)
