"""Kernel: the likeliest label of each text and its probability. `plain.predict` is the specification."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corpusmill.errors import ModelTooWide
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.fasttext.loss_kernel import (
    best_leaf,
    best_share,
    fill_shares,
    leaf_log,
    log_of,
    probability,
)
from corpusmill.operators.text.fasttext.rows_kernel import LONGEST_KEPT, average
from corpusmill.operators.text.fasttext.weights import Room, Seen, Weights, nothing_seen
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans

ROWS = 1 << 14  # rows of one text that are gathered before they are summed


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """labels: int32, place among the model's labels, -1 where nothing was known. scores: float32, 0 to 1."""

    labels: np.ndarray
    scores: np.ndarray


def classify(texts: Spans, weights: Weights) -> Predictions:
    """The top label of every text. A blank text gets what the model says of an end of line; see signals.language."""
    return _run(texts, weights, -1)


def score_label(texts: Spans, weights: Weights, label: int) -> np.ndarray:
    """float32, the probability of one label for every text; 0 where nothing was known."""
    return _run(texts, weights, label).scores


def _run(texts: Spans, weights: Weights, target: int) -> Predictions:
    if (LONGEST_KEPT + 2) * weights.max_chars + 1 > ROWS:
        raise ModelTooWide(f"character n-grams of up to {weights.max_chars}; at most {ROWS // (LONGEST_KEPT + 3)}")
    labels = np.empty(len(texts.starts), np.int32)
    scores = np.empty(len(texts.starts), np.float32)
    longest = texts.longest_bytes
    seen = nothing_seen(int((texts.ends - texts.starts).sum()))
    room = Room(
        hidden=np.zeros(weights.inputs.shape[1], np.float32),
        marked=np.empty(longest + 8, np.uint8),
        hashes=np.empty(longest // 2 + 2 if weights.word_ngrams > 1 else 1, np.int32),
        rows=np.empty(ROWS, np.int32),
    )
    data = texts.data.view()
    data.flags.writeable = False  # as Arrow's own buffers are: compiled for those alone
    _predict(data, texts.starts, texts.ends, weights, seen, room, target, Scored(labels, scores))
    return Predictions(labels=labels, scores=scores)


class Scored(NamedTuple):
    """What is filled, see Predictions."""

    labels: np.ndarray
    scores: np.ndarray


@njit(nogil=True, cache=True)
def _predict(
    data: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    w: Weights,
    seen: Seen,
    room: Room,
    target: int,
    out: Scored,
) -> None:
    """target: the label whose probability is asked for, -1 for the likeliest."""
    w, seen, room, out = borrowed(w), borrowed(seen), borrowed(room), borrowed(out)
    hidden = room.hidden
    nodes = np.empty(len(w.first_child) + 2, np.int32)
    logs = np.empty(len(w.first_child) + 2, np.float32)
    shares = np.empty(w.label_count, np.float32)
    for i in range(len(starts)):
        if average(data, starts[i], ends[i], w, seen, room) == 0:
            out.labels[i] = -1
            out.scores[i] = 0
            continue
        label = target
        if w.loss == 1:  # Loss.HIERARCHICAL
            if target >= 0:
                log = leaf_log(w.outputs, w.output_scale, w.first_child, w.right, hidden, target, nodes, logs)
            else:
                label, log = best_leaf(w.outputs, w.output_scale, w.first_child, w.right, w.rank, hidden, nodes, logs)
        else:
            fill_shares(w.outputs, w.output_scale, w.loss, hidden, shares)
            if target >= 0:
                log = log_of(shares[target])
            else:
                label, log = best_share(shares)
        out.labels[i] = label
        out.scores[i] = probability(log)
