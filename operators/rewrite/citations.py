"""Citation marks of encyclopedias: [1], [citation needed], [edit].

Source:   Raffel et al. 2020 (C4), arXiv:1910.10683, section 2.2; marks as datatrove's C4QualityFilter removes them.
Deviates: [] stays, which no encyclopedia writes and code is full of.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.changes import counts_at, documents_at, put_back
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import spans_of

MARKS = re.compile(r"\[(?:[0-9]+|edit|citation needed)\]")


def without_marks(text: str) -> str:
    """`text` without citation marks; the space before a mark stays.

    >>> without_marks("Tea[1] is old.[citation needed] See a[i] and b[].")
    'Tea is old. See a[i] and b[].'
    """
    return MARKS.sub("", text)


@dataclass(frozen=True, kw_only=True)
class Citations(Rewrite):
    """Adds `citations_removed`, the marks taken out. Not for code, where [1] is an index."""

    adds: ClassVar[Columns] = {"citations_removed": pa.int32()}

    def rewrite(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        spans = spans_of(texts)
        found = np.zeros(len(texts), np.bool_)
        _flag(spans.data, spans.starts, spans.ends, found)
        rows = np.flatnonzero(found)
        changed = [MARKS.subn("", text) for text in documents_at(texts, rows)]
        return {
            "text": put_back(texts, rows, [text for text, _ in changed]),
            "citations_removed": counts_at(len(texts), rows, [count for _, count in changed]),
        }


@njit(nogil=True, cache=True)
def _flag(data: np.ndarray, starts: np.ndarray, ends: np.ndarray, found: np.ndarray) -> None:
    """True where "[" stands before a digit, "e" or "c": every document with a mark, and a few without."""
    for i in range(len(starts)):
        for p in range(starts[i], ends[i] - 2):
            after = data[p + 1]
            if data[p] == 91 and (48 <= after <= 57 or after == 101 or after == 99):  # [ 0-9 e c
                found[i] = True
                break
