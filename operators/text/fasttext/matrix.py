"""A matrix of a fastText model, plain or product-quantised, as float32 rows with a scale each.

Source:   Joulin et al. 2016 (FastText.zip), arXiv:1612.03651: product quantisation, optionally of the norms apart.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.errors import InvalidFastText
from corpusmill.operators.text.fasttext.stream import Stream

CENTROIDS = 256  # one byte a code


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Row `i` is `scale[i] * rows[i]`. rows: float32 (m, n); scale: float32 (m,), all ones unless norms are apart."""

    rows: np.ndarray
    scale: np.ndarray

    def scaled(self) -> np.ndarray:
        """float32 (m, n), each row multiplied by its scale as fastText does when it adds a row."""
        return self.rows if (self.scale == 1).all() else self.rows * self.scale[:, None]


@dataclass(frozen=True, kw_only=True)
class _Codebook:
    """Centroids of a product quantiser: `parts` stretches of `width` values, the last one `last_width`."""

    parts: int
    width: int
    last_width: int
    centroids: np.ndarray

    def rows(self, codes: np.ndarray) -> np.ndarray:
        """codes: uint8 (m, parts) -> float32 (m, n)."""
        decoded = []
        for part in range(self.parts):
            width = self.last_width if part == self.parts - 1 else self.width
            begin = part * CENTROIDS * self.width
            table = self.centroids[begin : begin + CENTROIDS * width].reshape(CENTROIDS, width)
            decoded.append(table[codes[:, part]])
        return np.ascontiguousarray(np.concatenate(decoded, axis=1), np.float32)


def read_plain(stream: Stream) -> Matrix:
    rows, columns = _shape(stream)
    values = stream.array(np.float32, rows * columns).reshape(rows, columns)
    return Matrix(rows=values, scale=np.ones(rows, np.float32))


def read_quantised(stream: Stream) -> Matrix:
    norms_apart = stream.flag()
    rows, columns = _shape(stream)
    codes = stream.array(np.uint8, stream.int32())
    book = _codebook(stream)
    if book.parts <= 0 or len(codes) != rows * book.parts:
        raise InvalidFastText(f"fastText model: {len(codes)} codes for {rows} rows of {book.parts} parts")
    values = book.rows(codes.reshape(rows, book.parts))
    if values.shape[1] != columns:
        raise InvalidFastText(f"fastText model: rows decode to {values.shape[1]} values, the file says {columns}")
    scale = np.ones(rows, np.float32)
    if norms_apart:
        norm_codes = stream.array(np.uint8, rows)
        scale = _codebook(stream).rows(norm_codes.reshape(rows, 1))[:, 0].copy()
    return Matrix(rows=values, scale=scale)


def _shape(stream: Stream) -> tuple[int, int]:
    rows, columns = stream.int64(), stream.int64()
    if rows < 0 or columns <= 0:
        raise InvalidFastText(f"fastText model: a matrix of {rows} x {columns}")
    return rows, columns


def _codebook(stream: Stream) -> _Codebook:
    columns, parts, width, last_width = stream.int32(), stream.int32(), stream.int32(), stream.int32()
    centroids = stream.array(np.float32, columns * CENTROIDS)
    return _Codebook(parts=parts, width=width, last_width=last_width, centroids=centroids)
