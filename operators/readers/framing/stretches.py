"""Columns from stretches of one buffer, copied at one go."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import text_from


def strings_at(data: np.ndarray, begins: np.ndarray, ends: np.ndarray, *, blank_is_null: bool = True) -> pa.Array:
    """data[begins[i]:ends[i]] as large_string; null where there is none (begins[i] < 0) or, if asked, it is empty.

    data: uint8; begins, ends: int64. Raises pa.ArrowInvalid when one is not UTF-8.
    """
    null = begins < 0
    if blank_is_null:
        null = null | (ends == begins)
    lengths = np.where(null, 0, ends - begins)
    stops = np.cumsum(lengths)
    out = np.empty(int(stops[-1]) if len(stops) else 0, np.uint8)
    source = data.view()
    source.flags.writeable = False
    # One set of types, or the kernel is compiled again: columns of a table of one row are contiguous, others are not.
    _copy(source, np.ascontiguousarray(begins), lengths, out)
    column = text_from(out, stops, null)
    column.validate(full=True)
    return column


@njit(nogil=True, cache=True)
def _copy(data: np.ndarray, begins: np.ndarray, lengths: np.ndarray, out: np.ndarray) -> None:
    at = 0
    for i in range(len(begins)):
        out[at : at + lengths[i]] = data[begins[i] : begins[i] + lengths[i]]
        at += lengths[i]
