"""The buffers of an Arrow string array, as kernels want them."""

from typing import Any, cast

import numpy as np
import pyarrow as pa


def buffers_of(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of a string array and int64 offsets into them, also of a sliced one; a null text has no bytes."""
    if not (pa.types.is_large_string(texts.type) or pa.types.is_string(texts.type)):
        raise TypeError(f"texts are large_string, found {texts.type}")
    if texts.null_count:
        texts = texts.fill_null("")
    _, offsets, data = texts.buffers()
    if len(texts) == 0 or data is None or data.size == 0 or offsets is None:
        return np.zeros(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    dtype = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    found = np.frombuffer(memoryview(cast(Any, offsets)), dtype)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(memoryview(cast(Any, data)), np.uint8), found.astype(np.int64)
