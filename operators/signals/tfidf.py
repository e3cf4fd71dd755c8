"""Similarity of a document to a target corpus: the cosine of their tf-idf vectors.

Source:   Salton and Buckley 1988, doi:10.1016/0306-4573(88)90021-0: (1 + log tf) * log(N / df), cosine.
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
from corpusmill.operators.signals.corpora.counts import corpus_counts, cosines, texts_of
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
    logs = np.array([1 + math.log(count) if count else 0.0 for count in wanted.occurrences.tolist()])
    vector = logs * idf
    return Target(idf=idf, vector=vector)


@dataclass(frozen=True, kw_only=True)
class Tfidf(Signal):
    """Adds `target_similarity`, 0 to 1; 0 for a blank document.

    target, raw: JSONL files with a text in `text_field`; raw tells which words are common anyway.
    """

    target: Resource
    raw: Resource
    text_field: str = "text"
    buckets: int = 1 << 16
    seed: int = 0

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
