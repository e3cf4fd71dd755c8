"""Centres of clusters as the answer of a stage: how they are found in a sample, written and read."""

import functools
import itertools
import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.hashed_words import BUCKETS, idf_of, word_vectors
from corpusmill.operators.text.kmeans import centres_of
from corpusmill.operators.text.vectors import dimensions_of, rounded, vectors_of

POINT, IDF = np.dtype("<i2"), np.dtype("<f8")


@dataclass(frozen=True, kw_only=True, eq=False)
class Centres:
    """points: float32[k, d] of whole numbers (`vectors.rounded`); idf: float64[BUCKETS] of words, or empty where
    vectors are embeddings.
    """

    points: np.ndarray
    idf: np.ndarray

    @classmethod
    def none(cls) -> "Centres":
        """No centres."""
        return cls(points=np.zeros((0, 0), np.float32), idf=np.zeros(0))

    def vectors(self, column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Vectors of documents, as `points`, and whether each document has one: bool[n].

        column: embeddings, or words, as `Clusters.described` gives them.
        """
        return made_vectors(column, self.idf, self.points.shape[1])

    def to_bytes(self) -> bytes:
        """A line of JSON, the points as int16 and idf as float64, little-endian."""
        count, dimensions = self.points.shape
        head = json.dumps({"count": count, "dimensions": dimensions, "words": len(self.idf) > 0}) + "\n"
        return head.encode() + self.points.astype(POINT).tobytes() + self.idf.astype(IDF).tobytes()


def made_vectors(column: pa.Array, idf: np.ndarray, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of embeddings, or of words where there is an idf, as `vectors.rounded` gives them."""
    if len(idf):
        first = column.offsets.to_numpy().astype(np.int64)
        return rounded(word_vectors(first - first[0], column.flatten().to_numpy(), idf, dimensions))
    vectors, valid = vectors_of(column, dimensions)
    points, has = rounded(vectors)
    return points, has & valid


def find_centres(sample: pa.Array, *, words: bool, count: int, dimensions: int, seed: int) -> Centres:
    """Centres of a sample. words: whether it is of words, which get `dimensions` dimensions; else of embeddings, of
    which those of the most frequent length count.
    """
    idf = np.zeros(0)
    if words:
        first, flat = sample.offsets.to_numpy(), sample.values.to_numpy()
        idf = idf_of([flat[begin:end] for begin, end in itertools.pairwise(first)])
    else:
        dimensions = dimensions_of(sample)
    points, has = made_vectors(sample, idf, dimensions)
    return Centres(points=centres_of(points[has], count, seed), idf=idf)


@functools.lru_cache(maxsize=4)
def read_centres(content: bytes) -> Centres:
    """What `Centres.to_bytes` wrote; ValueError for anything else."""
    head, _, rest = content.partition(b"\n")
    try:
        about = json.loads(head)
        count, dimensions, words = int(about["count"]), int(about["dimensions"]), bool(about["words"])
    except (ValueError, KeyError, TypeError) as e:
        raise ValueError(f"expected centres of clusters, got a file that begins with {content[:40]!r}") from e
    size = count * dimensions * POINT.itemsize
    if len(rest) != size + words * BUCKETS * IDF.itemsize:
        raise ValueError(f"expected {count} centres of {dimensions} dimensions, got {len(rest):,} bytes")
    points = np.frombuffer(rest[:size], POINT).reshape(count, dimensions).astype(np.float32)
    return Centres(points=points, idf=np.frombuffer(rest[size:], IDF).astype(np.float64))
