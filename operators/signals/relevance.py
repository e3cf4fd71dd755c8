"""How much likelier a document is in a target corpus than in the raw one: importance weights of hashed n-grams.

Source:   Xie et al. 2023 (DSIR), arXiv:2302.03169: words and pairs of words in 10,000 buckets,
          log p(target) - log p(raw).
Deviates: counts are smoothed by one, so that no bucket has probability 0; words are those of rule `unicode`.
"""

import functools
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.corpora.counts import corpus_counts, log_weights, texts_of
from corpusmill.operators.text.words import WordRule, find_words


@functools.lru_cache(maxsize=8)
def log_ratios(target: bytes, raw: bytes, text_field: str, buckets: int, seed: int) -> np.ndarray:
    """float64 (buckets,): log p(target) - log p(raw)."""
    logs = []
    for content in (target, raw):
        counts = corpus_counts(content, text_field, buckets, seed, pairs=True).occurrences + 1
        total = math.log(int(counts.sum()))
        logs.append(np.array([math.log(count) - total for count in counts.tolist()]))  # numpy's log differs by CPU
    return logs[0] - logs[1]


@dataclass(frozen=True, kw_only=True)
class Relevance(Signal):
    """Adds `relevance_log_weight` (the importance weight of DSIR, a sum) and `relevance` (its mean over words and
    pairs, comparable between long and short documents); 0 for a blank document, above 0 towards the target.

    target, raw: JSONL files with a text in `text_field`; raw: a sample of what the target is picked from.
    """

    target: Resource
    raw: Resource
    text_field: str = "text"
    buckets: int = 10_000
    seed: int = 0

    version: ClassVar[int] = 2
    adds: ClassVar[Columns] = {"relevance_log_weight": pa.float32(), "relevance": pa.float32()}

    def __post_init__(self) -> None:
        if self.buckets < 2 or self.seed < 0:
            raise ValueError(f"buckets must be at least 2 and seed at least 0, got {self.buckets} and {self.seed}")

    def check_files(self) -> None:
        for resource in (self.target, self.raw):
            texts_of(resource.read(), self.text_field)

    def measure(self, batch: Batch) -> Arrays:
        table = log_ratios(self.target.read(), self.raw.read(), self.text_field, self.buckets, self.seed)
        sums, counts = log_weights(batch.once(find_words, WordRule.UNICODE), table, self.seed)
        return {
            "relevance_log_weight": pa.array(sums.astype(np.float32)),
            "relevance": pa.array((sums / np.maximum(counts, 1)).astype(np.float32)),
        }
