"""Measures whether a document's words are more like those of a target corpus or those of a raw one, by tf-idf.

Source:   Salton and Buckley 1988, doi:10.1016/0306-4573(88)90021-0: weights (1 + log tf) * log(N / df). Rocchio 1971,
          "Relevance feedback in information retrieval": the centroid of what is looked for and that of the rest, each
          document of length 1, so that it counts alike however long it is.
Deviates: words are hashed into buckets; idf is smoothed, log((1 + N) / (1 + df)) + 1, over target and raw together.
          The document is not compared with the difference of the centroids by a cosine: that goes with the length
          (decision 41). A word counts for the target by (t - r) / (t + r), t and r being its shares of the centroids.
"""

import functools
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.corpora.counts import centroid, corpus_counts, texts_of, weighted_means
from corpusmill.operators.text.words import WordRule, find_words

SMOOTHING = 0.3  # of the share that a word has on average; 0.03 to 1 give much the same (decision 41)


@dataclass(frozen=True, kw_only=True, eq=False)
class Contrast:
    """idf, contrast: float64 (buckets,). contrast: near -1 for a word of the raw corpus alone, near 1 for one of the
    target alone, 0 for one of neither.
    """

    idf: np.ndarray
    contrast: np.ndarray


@functools.lru_cache(maxsize=8)
def contrast_of(target: bytes, raw: bytes, text_field: str, buckets: int, seed: int) -> Contrast:
    """Compare the centroids of two corpora word by word."""
    near, far = (corpus_counts(content, text_field, buckets, seed, pairs=False) for content in (target, raw))
    size = 1 + near.size + far.size
    documents = near.documents + far.documents
    idf = np.array([math.log(size / (1 + count)) + 1 for count in documents.tolist()])  # numpy's log differs by CPU
    t, r = (_shares(centroid(content, text_field, idf, seed)) for content in (target, raw))
    least = SMOOTHING / max(1, np.count_nonzero(documents))
    return Contrast(idf=idf, contrast=(t - r) / (t + r + 2 * least))


def _shares(weights: np.ndarray) -> np.ndarray:
    """`weights` so that they add up to 1; a corpus of blank documents has none."""
    total = math.fsum(weights.tolist())
    return weights / total if total else weights


@dataclass(frozen=True, kw_only=True)
class Tfidf(Signal):
    """Adds `target_similarity`, -1 to 1: above 0 towards the target, below towards the raw corpus, 0 for a document
    that is blank or has no word of either.

    It is a mean over the words of a document, weighted by tf-idf. target, raw: JSONL files with a text in `text_field`;
    raw: a sample of what the target is picked from.
    """

    target: Resource
    raw: Resource
    text_field: str = "text"
    buckets: int = 1 << 16
    seed: int = 0

    version: ClassVar[int] = 4
    adds: ClassVar[Columns] = {"target_similarity": pa.float32()}

    def __post_init__(self) -> None:
        if self.buckets < 2 or self.seed < 0:
            raise ValueError(f"buckets must be at least 2 and seed at least 0, got {self.buckets} and {self.seed}")

    def check_files(self) -> None:
        for resource in (self.target, self.raw):
            texts_of(resource.read(), self.text_field)

    def measure(self, batch: Batch) -> Arrays:
        found = contrast_of(self.target.read(), self.raw.read(), self.text_field, self.buckets, self.seed)
        words = batch.once(find_words, WordRule.UNICODE)
        return {"target_similarity": pa.array(weighted_means(words, found.idf, found.contrast, self.seed))}
