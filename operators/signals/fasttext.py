"""Any fastText classifier as a signal: quality, domain, toxicity, whatever its labels say.

Source:   Joulin et al. 2016, arXiv:1607.01759; used so by DCLM (arXiv:2406.11794, section 4.4) for quality.
Deviates: from the fastText module: line feeds count as spaces, a probability is at most 1 (the module: 1.00001).
"""

import difflib
import functools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.text.fasttext.kernel import classify, score_label
from corpusmill.operators.text.fasttext.model import read_model
from corpusmill.operators.text.fasttext.weights import weights_of
from corpusmill.operators.text.spans import spans_of
from corpusmill.operators.text.turns import WHOLE, check_field, columns_of_field, read_field


@functools.lru_cache(maxsize=8)
def labels_of(content: bytes) -> tuple[str, ...]:
    return read_model(content).labels()


@dataclass(frozen=True, kw_only=True)
class FastTextClassifier(Signal):
    """With `label`, adds `column`: the probability of that label, float32, 0 to 1. Without, adds `column`, the
    likeliest label, and `<column>_score`, its probability.

    field: what is read, "whole" (the text), "prompt" (what users and systems say in a conversation, such as for the
    type of a task) or "answer" (what assistants say).
    model: a .bin or .ftz file of a supervised fastText model. label: as in the file, without `__label__`. prefix_bytes:
    read that much of a document at most; None reads all of it. A document without any known token scores 0 and has no
    label (null); most models know the end of a line, so that even a blank document has a label.
    """

    model: Resource
    label: str | None = None
    column: str
    prefix_bytes: int | None = None
    field: str = WHOLE

    reads: ClassVar[Columns] = {}
    adds: ClassVar[Columns] = {"score": pa.float32()}

    def __post_init__(self) -> None:
        if not self.column:
            raise ValueError("column must be the name of a new column, got ''")
        check_field(self.field)
        if self.prefix_bytes is not None and self.prefix_bytes < 1:
            raise ValueError(f"prefix_bytes must be at least 1, got {self.prefix_bytes}")

    def columns_read(self) -> Columns:
        return columns_of_field(self.field)

    def columns_added(self) -> Columns:
        if self.label is not None:
            return {self.column: pa.float32()}
        return {self.column: pa.string(), f"{self.column}_score": pa.float32()}

    def check_files(self) -> None:
        labels = labels_of(self.model.read())
        if self.label is not None:
            self._place(labels)

    def measure(self, batch: Batch) -> Arrays:
        labels, weights = labels_of(self.model.read()), weights_of(self.model.read())
        texts = spans_of(read_field(batch, self.field).column("text"))
        if self.prefix_bytes is not None:
            texts = texts.prefix(self.prefix_bytes)
        if self.label is not None:
            scores = score_label(texts, weights, self._place(labels))
            return {self.column: pa.array(scores, pa.float32())}
        found = classify(texts, weights)
        places = np.where(found.labels < 0, len(labels), found.labels)
        told = pa.array([*labels, None], pa.string()).take(pa.array(places, pa.int64()))
        return {self.column: told, f"{self.column}_score": pa.array(found.scores, pa.float32())}

    def _place(self, labels: tuple[str, ...]) -> int:
        if self.label in labels:
            return labels.index(self.label)
        near = difflib.get_close_matches(str(self.label), labels, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(labels[:20])}"
        raise ValueError(f"the model {self.model.address!r} has no label {self.label!r}; {hint}")
