"""Similarity of a document to a target corpus: the cosine of its tf-idf vector and the centroid of the corpus's.

Source:   Salton and Buckley 1988, doi:10.1016/0306-4573(88)90021-0: (1 + log tf) * log(N / df), cosine. Centroid of
          vectors of length 1: Rocchio 1971, "Relevance feedback in information retrieval"; each document of the corpus
          counts alike, however long it is.
Deviates: words are hashed into buckets; idf is smoothed, log((1 + N) / (1 + df)) + 1, over target and raw together.
"""

import functools
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.corpora.counts import centroid, corpus_counts, cosines, texts_of
from corpusmill.operators.text.words import WordRule, find_words


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """idf, vector: float64 (buckets,)."""

    idf: np.ndarray
    vector: np.ndarray


@functools.lru_cache(maxsize=8)
def target_of(target: bytes, raw: bytes, text_field: str, buckets: int, seed: int) -> Target:
    wanted, other = (corpus_counts(content, text_field, buckets, seed, pairs=False) for content in (target, raw))
    size = 1 + wanted.size + other.size
    documents = (wanted.documents + other.documents).tolist()
    idf = np.array([math.log(size / (1 + count)) + 1 for count in documents])  # numpy's log differs by CPU
    return Target(idf=idf, vector=centroid(target, text_field, idf, seed))


@dataclass(frozen=True, kw_only=True)
class Tfidf(Signal):
    """Adds `target_similarity`, 0 to 1, to the centroid of the target's documents; 0 for a blank document.

    target, raw: JSONL files with a text in `text_field`; raw tells which words are common anyway.
    """

    target: Resource
    raw: Resource
    text_field: str = "text"
    buckets: int = 1 << 16
    seed: int = 0

    version: ClassVar[int] = 2
    adds: ClassVar[Columns] = {"target_similarity": pa.float32()}

    def __post_init__(self) -> None:
        if self.buckets < 2 or self.seed < 0:
            raise ValueError(f"buckets must be at least 2 and seed at least 0, got {self.buckets} and {self.seed}")

    def check_files(self) -> None:
        for resource in (self.target, self.raw):
            texts_of(resource.read(), self.text_field)

    def measure(self, batch: Batch) -> Arrays:
        target = target_of(self.target.read(), self.raw.read(), self.text_field, self.buckets, self.seed)
        words = batch.once(find_words, WordRule.UNICODE)
        return {"target_similarity": pa.array(cosines(words, target.idf, target.vector, self.seed))}
