"""A fastText classifier, from the bytes of a .bin or .ftz file.

Source:   Joulin et al. 2016, arXiv:1607.01759 and 1612.03651; file format versions 11 and 12, as written by
          fastText 0.9.
"""

import enum
import functools
from dataclasses import dataclass

import numpy as np

from corpusmill.errors import InvalidFastText
from corpusmill.operators.text.fasttext.matrix import Matrix, read_plain, read_quantised
from corpusmill.operators.text.fasttext.stream import Stream
from corpusmill.operators.text.fasttext.tree import Tree, huffman
from corpusmill.operators.text.fasttext.vocabulary import LABEL_PREFIX, Vocabulary, read_vocabulary

MAGIC = 793712314
SUPERVISED = 3


class Loss(enum.IntEnum):
    """How scores become probabilities; the numbers are those of the file format."""

    HIERARCHICAL = 1
    NEGATIVE = 2  # each label apart, by a sigmoid
    SOFTMAX = 3
    ONE_VS_ALL = 4  # each label apart, by a sigmoid


@dataclass(frozen=True, kw_only=True)
class FastText:
    """A supervised model.

    inputs: float32 (rows, dim): words first, then n-gram buckets. outputs: one row a label, or a tree node.
    """

    loss: Loss
    word_ngrams: int
    buckets: int
    min_chars: int
    max_chars: int
    vocabulary: Vocabulary
    inputs: np.ndarray
    outputs: Matrix
    tree: Tree

    def labels(self) -> tuple[str, ...]:
        """The labels as text, without fastText's `__label__` prefix."""
        return tuple(name.removeprefix(LABEL_PREFIX).decode("utf-8", "replace") for name in self.vocabulary.labels)


@functools.lru_cache(maxsize=8)
def read_model(content: bytes) -> FastText:
    """The classifier in these bytes, parsed once a process; InvalidFastText when they are something else or damaged."""
    stream = Stream(content)
    magic, version = stream.int32(), stream.int32()
    if magic != MAGIC or version not in (11, 12):
        raise InvalidFastText(f"not a fastText model of version 11 or 12: it begins {content[:8]!r}")
    _dim, _window, _epochs, _min_count, _negatives, word_ngrams, loss = (stream.int32() for _ in range(7))
    kind, buckets, min_chars, max_chars, _rate = (stream.int32() for _ in range(5))
    stream.float64()  # sampling threshold
    if kind != SUPERVISED or loss not in list(Loss):
        raise InvalidFastText(
            f"a fastText model of kind {kind}, loss {loss}; expected a classifier (kind {SUPERVISED})"
        )
    vocabulary = read_vocabulary(stream, buckets)
    if not vocabulary.labels:
        raise InvalidFastText("fastText model: it has no labels")
    quantised = stream.flag()
    inputs = (read_quantised if quantised else read_plain)(stream).scaled()
    outputs = (read_quantised if stream.flag() and quantised else read_plain)(stream)
    return _checked(
        FastText(
            loss=Loss(loss),
            word_ngrams=word_ngrams,
            buckets=buckets,
            min_chars=min_chars,
            max_chars=0 if version == 11 else max_chars,  # classifiers of version 11 had no character n-grams
            vocabulary=vocabulary,
            inputs=inputs,
            outputs=outputs,
            tree=huffman(vocabulary.label_counts if loss == Loss.HIERARCHICAL else []),
        )
    )


def _checked(model: FastText) -> FastText:
    """Raise InvalidFastText where a row that the dictionary can name does not exist: kernels check no bounds."""
    words, labels = len(model.vocabulary.words), len(model.vocabulary.labels)
    kept = model.vocabulary.kept
    needed = words + (model.buckets if kept is None else int(kept.max(initial=-1)) + 1)
    uses_buckets = model.max_chars > 0 or model.word_ngrams > 1
    if model.inputs.shape[0] < (needed if uses_buckets else words):
        raise InvalidFastText(f"fastText model: {model.inputs.shape[0]} input rows where {needed} are named")
    if model.outputs.rows.shape[0] < labels - (model.loss == Loss.HIERARCHICAL):
        raise InvalidFastText(f"fastText model: {model.outputs.rows.shape[0]} output rows for {labels} labels")
    if model.inputs.shape[1] != model.outputs.rows.shape[1]:
        raise InvalidFastText("fastText model: its two matrices differ in width")
    if uses_buckets and model.buckets <= 0:
        raise InvalidFastText(f"fastText model: {model.buckets} buckets for its n-grams")
    return model
