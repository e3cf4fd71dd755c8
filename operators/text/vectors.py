"""Vectors of documents as whole numbers, so that their products are exact on every machine.

A vector is scaled to a length of 4,000 and rounded. A product of two, and every sum on the way to it, is then at most
2^24 in size, which float32 holds exactly: BLAS may add in any order, on any processor, and gives the same bits.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

VECTOR = pa.list_(pa.float32())
LENGTH = 4000  # of a vector; with MOST_DIMENSIONS rounding adds at most 64, and (4000 + 64)^2 is below 2^24
MOST_DIMENSIONS = 16_384
_FINE = 1 << 19  # the largest number while a vector is scaled: squares of MOST_DIMENSIONS of them stay below 2^53


def vectors_of(column: pa.Array, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """A column of lists of numbers as float32[n, dimensions], and whether each row is one: bool[n].

    A row that is null, of another length, or has something that is no finite number is 0.
    """
    lengths = pc.fill_null(pc.list_value_length(column), -1).to_numpy(zero_copy_only=False)
    mine = lengths == dimensions
    out = np.zeros((len(column), dimensions), np.float32)
    if dimensions and mine.any():
        flat = column.filter(pa.array(mine)).flatten().cast(pa.float32(), safe=False).fill_null(np.nan)
        out[mine] = flat.to_numpy(zero_copy_only=False).reshape(-1, dimensions)
    mine &= np.isfinite(out).all(axis=1)
    out[~mine] = 0
    return out, mine


def lengths_of(column: pa.Array) -> list[int]:
    """The different lengths of the lists of a column, above 0, sorted."""
    lengths = pc.list_value_length(column).drop_null().to_numpy(zero_copy_only=False)
    return np.unique(lengths[lengths > 0]).tolist()


def dimensions_of(column: pa.Array) -> int:
    """The most frequent length of a column of lists, the smallest of several; 0 without one."""
    lengths = pc.list_value_length(column).drop_null().to_numpy(zero_copy_only=False)
    values, counts = np.unique(lengths[lengths > 0], return_counts=True)
    return int(values[np.argmax(counts)]) if len(values) else 0


def rounded(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers in float32[n, d], of rows of LENGTH, and whether each row has a direction: bool[n].

    A vector of zeros has none, and stays 0.

    >>> rounded(np.array([[3.0, 4.0], [0.0, 0.0]]))[0].tolist()
    [[2400.0, 3200.0], [0.0, 0.0]]
    """
    if vectors.shape[1] > MOST_DIMENSIONS:
        raise ValueError(f"vectors have {vectors.shape[1]:,} dimensions; at most {MOST_DIMENSIONS:,} can be compared")
    largest = np.abs(vectors).max(axis=1, initial=0).astype(np.float64)
    has = largest > 0
    fine = np.rint(vectors / np.where(has, largest, 1)[:, None] * _FINE)
    squares = np.einsum("nd,nd->n", fine, fine)  # whole numbers below 2^53: exact
    scale = LENGTH / np.sqrt(np.where(has, squares, 1))
    return np.rint(fine * scale[:, None]).astype(np.float32), has


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """float32[n, m]: cosines of the rows of two arrays that `rounded` gave; 0 where one has no direction."""
    lengths = [np.sqrt(np.maximum(np.einsum("nd,nd->n", v, v, dtype=np.float64), 1)) for v in (first, second)]
    products = (first @ second.T).astype(np.float64)
    return (products / lengths[0][:, None] / lengths[1][None, :]).astype(np.float32)
