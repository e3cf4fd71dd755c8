"""What the kernels wrote, as Arrow arrays."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.extract.html.parse.strings import NO_DAY


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
