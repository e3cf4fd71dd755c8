"""Cuts runs of words shared with evaluation sets, and whole short items, out of the text.

Source:   Brown et al. 2020 (GPT-3), arXiv:2005.14165, appendix C, cuts 200 characters around each overlap.
Deviates: cuts the shared words and what stands between them, no margin; a space marks the place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Rewrite
from corpusmill.operators.text.changes import counts_at, put_back
from corpusmill.operators.text.evaluation.overlap import overlap
from corpusmill.operators.text.evaluation.sets import check_lengths, check_sets, evaluation_sets, unmatched_items
from corpusmill.operators.text.spans import spans_of
from corpusmill.operators.text.words import WordRule, find_words


def without_runs(text: bytes, stretches: list[tuple[int, int]]) -> str:
    """`text` with each stretch of bytes (rising, apart) replaced by one space.

    >>> without_runs(b"Quiz: to be or not to be. Next.", [(6, 24)])
    'Quiz:  . Next.'
    """
    pieces, at = [], 0
    for begin, end in stretches:
        pieces.append(text[at:begin])
        at = end
    return b" ".join([*pieces, text[at:]]).decode()


@dataclass(frozen=True, kw_only=True)
class CutContamination(Rewrite):
    """Adds `contaminated_words_cut`. sets, run_words, min_item_words: as in signals.contamination."""

    sets: Resource
    run_words: int = 13
    min_item_words: int | None = None

    version: ClassVar[int] = 4
    adds: ClassVar[Columns] = {"contaminated_words_cut": pa.int32()}

    def __post_init__(self) -> None:
        check_lengths(self.run_words, self.min_item_words)

    def check_files(self) -> None:
        check_sets(self.sets.read())

    def file_remarks(self) -> Iterator[str]:
        yield from unmatched_items(self.sets.read(), self.run_words, self.min_item_words)

    def rewrite(self, batch: Batch) -> Arrays:
        texts = batch.column("text")
        spans, words = spans_of(texts), batch.once(find_words, WordRule.UNICODE)
        found = overlap(words, evaluation_sets(self.sets.read(), self.run_words, self.min_item_words))
        rows = np.flatnonzero(found.owners >= 0)
        changed, counts = [], []
        for row in rows:
            stretch = slice(words.first[row], words.first[row + 1])
            shared = found.shared[stretch]
            edges = np.flatnonzero(np.diff(np.concatenate(([False], shared, [False]))))
            starts, sizes = words.start[stretch], words.size_bytes[stretch]
            begins, lasts = edges[::2], edges[1::2] - 1
            places = zip(starts[begins].tolist(), (starts[lasts] + sizes[lasts]).tolist(), strict=True)
            changed.append(without_runs(spans.data[spans.starts[row] : spans.ends[row]].tobytes(), list(places)))
            counts.append(int(shared.sum()))
        return {"text": put_back(texts, rows, changed), "contaminated_words_cut": counts_at(len(texts), rows, counts)}
