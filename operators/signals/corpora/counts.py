"""A corpus given as JSONL, as counts of hashed words and pairs of words.

Source:   Xie et al. 2023 (DSIR), arXiv:2302.03169, section 4: unigrams and bigrams hashed into 10,000 buckets.
"""

import json
import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.errors import InvalidCorpus
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.text.hashing import finish
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.words import WordRule, Words, find_words


@dataclass(frozen=True, kw_only=True, eq=False)
class BucketCounts:
    """occurrences: int64 (buckets,), of all documents; documents: int64 (buckets,), that have it; size: documents."""

    occurrences: np.ndarray
    documents: np.ndarray
    size: int


def corpus_counts(content: bytes, text_field: str, buckets: int, seed: int, pairs: bool) -> BucketCounts:
    """Counts over the JSONL documents of `content`."""
    texts = texts_of(content, text_field)
    words = find_words(Batch(pa.table({"text": pa.array(texts, TEXT)})), WordRule.UNICODE)
    occurrences, documents = np.zeros(buckets, np.int64), np.zeros(buckets, np.int64)
    _count(words.first, words.hash, np.uint64(seed), pairs, occurrences, documents)
    return BucketCounts(occurrences=occurrences, documents=documents, size=len(texts))


def texts_of(content: bytes, text_field: str) -> list[str]:
    """The texts of JSONL documents. InvalidCorpus for a line without one, or none at all."""
    texts = []
    for number, line in enumerate(content.decode().split("\n"), 1):
        if not line.strip():
            continue
        try:
            text = json.loads(line)[text_field]
        except (ValueError, TypeError, KeyError) as e:
            raise InvalidCorpus(f"line {number}: expected an object with {text_field!r}, got {line[:80]!r}") from e
        texts.append(str(text))
    if not texts:
        raise InvalidCorpus("the corpus to compare with has no documents")
    return texts


@njit(nogil=True, cache=True, forceinline=True)
def bucket_of(hashed: np.uint64, before: np.uint64, seed: np.uint64, buckets: int) -> np.int64:
    """The bucket of a word (`before` 0) or of a pair of words."""
    return np.int64(
        finish(hashed ^ (before * np.uint64(3)) ^ (seed * np.uint64(0x9E3779B97F4A7C15))) % np.uint64(buckets)
    )


@njit(nogil=True, cache=True)
def _count(
    first: np.ndarray, hashes: np.ndarray, seed: np.uint64, pairs: bool, occurrences: np.ndarray, documents: np.ndarray
) -> None:
    last_seen = np.full(len(occurrences), -1, np.int64)
    for i in range(len(first) - 1):
        for k in range(first[i], first[i + 1]):
            for which in range(2 if pairs and k > first[i] else 1):
                before = hashes[k - 1] if which else np.uint64(0)
                bucket = bucket_of(hashes[k], before, seed, len(occurrences))
                occurrences[bucket] += 1
                if last_seen[bucket] != i:
                    last_seen[bucket] = i
                    documents[bucket] += 1


def log_weights(words: Words, table: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(sum of table over a document's words and pairs, how many those are); float64 and int64."""
    sums, counts = np.zeros(len(words.counts)), np.zeros(len(words.counts), np.int64)
    _sum(words.first, words.hash, np.uint64(seed), table, sums, counts)
    return sums, counts


@njit(nogil=True, cache=True)
def _sum(
    first: np.ndarray, hashes: np.ndarray, seed: np.uint64, table: np.ndarray, sums: np.ndarray, counts: np.ndarray
) -> None:
    for i in range(len(first) - 1):
        total = 0.0
        for k in range(first[i], first[i + 1]):
            total += table[bucket_of(hashes[k], np.uint64(0), seed, len(table))]
            if k > first[i]:
                total += table[bucket_of(hashes[k], hashes[k - 1], seed, len(table))]
        sums[i] = total
        counts[i] = max(0, 2 * (first[i + 1] - first[i]) - 1)


def centroid(content: bytes, text_field: str, idf: np.ndarray, seed: int) -> np.ndarray:
    """float64 (buckets,): the mean of the unit tf-idf vectors of the JSONL documents of `content`, blank ones apart."""
    words = find_words(Batch(pa.table({"text": pa.array(texts_of(content, text_field), TEXT)})), WordRule.UNICODE)
    out = np.zeros(len(idf))
    _centroid(words.first, words.hash, np.uint64(seed), idf, _logs(words), out)
    return out / max(1, int((words.counts > 0).sum()))


def _logs(words: Words) -> np.ndarray:
    """float64: 1 + log of each count of a word that a document may have; numpy's log differs by CPU."""
    return np.array([0.0, *(1 + math.log(count) for count in range(1, int(words.counts.max(initial=0)) + 1))])


@njit(nogil=True, cache=True)
def _centroid(
    first: np.ndarray, hashes: np.ndarray, seed: np.uint64, idf: np.ndarray, logs: np.ndarray, out: np.ndarray
) -> None:
    counts = np.zeros(len(idf), np.int64)
    for i in range(len(first) - 1):
        norm = 0.0
        for k in range(first[i], first[i + 1]):
            counts[bucket_of(hashes[k], np.uint64(0), seed, len(idf))] += 1
        for k in range(first[i], first[i + 1]):  # each bucket once, then its count is negative
            bucket = bucket_of(hashes[k], np.uint64(0), seed, len(idf))
            if counts[bucket] > 0:
                norm += (logs[counts[bucket]] * idf[bucket]) ** 2
                counts[bucket] = -counts[bucket]
        for k in range(first[i], first[i + 1]):
            bucket = bucket_of(hashes[k], np.uint64(0), seed, len(idf))
            if counts[bucket] < 0:
                out[bucket] += logs[-counts[bucket]] * idf[bucket] / np.sqrt(norm)
                counts[bucket] = 0


def weighted_means(words: Words, idf: np.ndarray, table: np.ndarray, seed: int) -> np.ndarray:
    """float32, the mean of `table` over the buckets of a document's words, weighted by tf-idf; 0 when blank."""
    out = np.zeros(len(words.counts), np.float32)
    _means(words.first, words.hash, np.uint64(seed), idf, table, _logs(words), out)
    return out


@njit(nogil=True, cache=True)
def _means(
    first: np.ndarray, hashes: np.ndarray, seed: np.uint64, idf: np.ndarray, table: np.ndarray, logs: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    counts = np.zeros(len(idf), np.int64)
    for i in range(len(first) - 1):
        total, weights = 0.0, 0.0
        for k in range(first[i], first[i + 1]):
            counts[bucket_of(hashes[k], np.uint64(0), seed, len(idf))] += 1
        for k in range(first[i], first[i + 1]):
            bucket = bucket_of(hashes[k], np.uint64(0), seed, len(idf))
            if counts[bucket] == 0:
                continue
            weight = logs[counts[bucket]] * idf[bucket]
            total += weight * table[bucket]
            weights += weight
            counts[bucket] = 0
        if weights > 0.0:
            out[i] = np.float32(total / weights)
