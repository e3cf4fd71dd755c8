"""How much a rewrite changed, and putting changed documents back among the untouched ones."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT


def chars_missing(before: str, after: str) -> int:
    """Characters of `before` that `after` no longer has, each as often as it is missing; moved ones do not count.

    >>> chars_missing("e\\u0301 ok", "é ok"), chars_missing("ﬁn", "fin"), chars_missing("ab", "ba")
    (2, 1, 0)
    """
    return 0 if before == after else (Counter(before) - Counter(after)).total()


def documents_at(texts: pa.Array, rows: np.ndarray) -> list[str]:
    """The documents at `rows`, none of which may be null."""
    return [str(text) for text in texts.take(pa.array(rows, pa.int64())).to_pylist()]


def put_back(texts: pa.Array, rows: np.ndarray, changed: Sequence[str]) -> pa.Array:
    """`texts` with the documents at `rows` (rising) replaced by `changed`; the same array when there are none."""
    if not len(rows):
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(changed, TEXT))


def counts_at(length: int, rows: np.ndarray, counts: Sequence[int]) -> pa.Array:
    """An int32 array of `length` zeros with `counts` at `rows`."""
    values = np.zeros(length, np.int32)
    values[rows] = counts
    return pa.array(values)
