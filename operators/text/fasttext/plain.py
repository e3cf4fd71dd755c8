"""What a fastText classifier says of one text: the plain specification that the kernel follows to the bit.

Source:   Joulin et al. 2016, arXiv:1607.01759; arithmetic in float32, in the order of fastText 0.9.
"""

import math
import re
from dataclasses import dataclass

import numpy as np

from corpusmill.operators.text.fasttext.model import FastText, Loss
from corpusmill.operators.text.fasttext.vocabulary import END, LABEL_PREFIX, hash32

SPACES = re.compile(rb"[ \n\r\t\v\f\0]+")
WORD_NGRAM_FACTOR = 116049371
FLOOR = 1e-5  # fastText adds it before each logarithm


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """label: place among the labels, -1 when nothing in the text is known. score: probability, 0 to 1."""

    label: int
    score: float


def predict(text: bytes, model: FastText) -> Prediction:
    """The likeliest label. A line feed counts as a space; each probability is capped at 1 (fastText: 1.00001)."""
    rows = input_rows(text, model)
    if not rows:
        return Prediction(label=-1, score=0.0)
    hidden = np.zeros(model.inputs.shape[1], np.float32)
    for row in rows:
        hidden += model.inputs[row]
    hidden *= np.float32(1.0 / len(rows))
    logs = label_logs(hidden, model)
    order = model.tree.rank if model.loss == Loss.HIERARCHICAL else np.arange(len(logs))
    best = max(range(len(logs)), key=lambda i: (logs[i], order[i]))
    return Prediction(label=best, score=min(float(np.float32(math.exp(logs[best]))), 1.0))


def input_rows(text: bytes, model: FastText) -> list[int]:
    """Rows of the input matrix that are averaged: words, their character n-grams, then word n-grams."""
    words = {word: row for row, word in enumerate(model.vocabulary.words)}
    labels = set(model.vocabulary.labels)
    rows: list[int] = []
    hashes: list[int] = []
    for token in [*(t for t in SPACES.split(text) if t), END]:
        if token in words or not (token in labels or token.startswith(LABEL_PREFIX)):
            row = words.get(token)
            rows += [] if row is None else [row]
            rows += [] if token == END else _char_rows(token, model)
            value = hash32(token)
            hashes.append(value - (1 << 32) if value >= 1 << 31 else value)
        if token == END:
            break
    return rows + _word_rows(hashes, model)


def _char_rows(token: bytes, model: FastText) -> list[int]:
    if model.max_chars <= 0:
        return []
    marked = b"<" + token + b">"
    begins = [i for i, byte in enumerate(marked) if byte & 0xC0 != 0x80] + [len(marked)]
    rows = []
    for first, begin in enumerate(begins[:-1]):
        for size in range(1, model.max_chars + 1):
            if first + size >= len(begins):
                break
            end = begins[first + size]
            at_edge = begin == 0 or end == len(marked)
            if size >= model.min_chars and not (size == 1 and at_edge):
                rows += _bucket_row(hash32(marked[begin:end]) % model.buckets, model)
    return rows


def _word_rows(hashes: list[int], model: FastText) -> list[int]:
    rows = []
    for first, value in enumerate(hashes):
        joined = value
        for following in hashes[first + 1 : first + model.word_ngrams]:
            joined = (joined * WORD_NGRAM_FACTOR + following) % (1 << 64)
            rows += _bucket_row(joined % model.buckets, model)
    return rows


def _bucket_row(bucket: int, model: FastText) -> list[int]:
    kept = model.vocabulary.kept
    place = bucket if kept is None else int(kept[bucket])
    return [len(model.vocabulary.words) + place] if place >= 0 else []


def label_logs(hidden: np.ndarray, model: FastText) -> np.ndarray:
    """float32, the logarithm of each label's probability plus `FLOOR`."""
    scores = [_dot(model, row, hidden) for row in range(len(model.outputs.rows))]
    if model.loss == Loss.HIERARCHICAL:
        return _tree_logs(scores, model)
    if model.loss == Loss.SOFTMAX:
        top = max(scores)
        powers = [np.float32(math.exp(score - top)) for score in scores]
        total = np.float32(0)
        for power in powers:
            total += power
        return np.array([_log(power / total) for power in powers], np.float32)
    return np.array([_log(_table_sigmoid(score)) for score in scores], np.float32)


def _tree_logs(scores: list[np.float32], model: FastText) -> np.ndarray:
    labels = len(model.vocabulary.labels)
    logs = np.zeros(labels, np.float32)
    waiting = [(len(model.tree.first_child) - 1, np.float32(0))]
    while waiting:
        node, log = waiting.pop()
        if model.tree.first_child[node] < 0:
            logs[node] = log
            continue
        share = np.float32(1.0 / float(np.float32(1) + np.float32(math.exp(-scores[node - labels]))))
        waiting.append((int(model.tree.first_child[node]), log + _log(np.float32(1.0 - float(share)))))
        waiting.append((int(model.tree.right[node]), log + _log(share)))
    return logs


def _dot(model: FastText, row: int, hidden: np.ndarray) -> np.float32:
    total = np.float32(0)
    for weight, value in zip(model.outputs.rows[row], hidden, strict=True):
        total += weight * value
    return total * model.outputs.scale[row]


def _log(share: np.float32) -> np.float32:
    return np.float32(math.log(float(share) + FLOOR))


def _table_sigmoid(score: np.float32) -> np.float32:
    """fastText's sigmoid: a table of 512 steps between -8 and 8."""
    if score < -8 or score > 8:
        return np.float32(score > 0)
    step = int((score + np.float32(8)) * np.float32(512) / np.float32(8) / np.float32(2))
    middle = np.float32(np.float32(step * 16) / np.float32(512)) - np.float32(8)
    return np.float32(1.0 / float(np.float32(1) + np.float32(math.exp(-middle))))
