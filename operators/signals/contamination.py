"""Measures how much of a document is in evaluation sets, the texts that a model will be tested on.

Source:   Brown et al. 2020 (GPT-3), arXiv:2005.14165, appendix C (runs of 13 words).
Deviates: words are those of rule `unicode`, so that Han and Thai overlap too; the share is of words, not of runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.text.evaluation.overlap import overlap, shared_counts
from corpusmill.operators.text.evaluation.sets import check_lengths, check_sets, evaluation_sets, unmatched_items
from corpusmill.operators.text.turns import WHOLE, check_field, columns_of_field, read_field
from corpusmill.operators.text.words import WordRule, find_words


@dataclass(frozen=True, kw_only=True)
class Contamination(Signal):
    """Adds `contaminated_by`, the set with most shared runs and short items (null without any); `contaminated_share`,
    0 to 1, and `contaminated_words`, how many of the document's words are shared; `contaminated_items`, how many
    different items it has whole.

    sets: a JSONL file of {"set": name, "text": text}, one item a line. run_words: words that must follow one another in
    both; 13 or 8. min_item_words: items shorter than run_words but of at least so many words are matched as a whole;
    null: they are not matched, and a plan counts them. A whole item has the same words in the same order; case, spaces
    and signs do not count. field: what is looked at: "whole" (the text), "prompt" (what users and systems say in a
    conversation) or "answer" (what assistants say).
    """

    sets: Resource
    run_words: int = 13
    min_item_words: int | None = None
    field: str = WHOLE

    version: ClassVar[int] = 4
    adds: ClassVar[Columns] = {
        "contaminated_by": pa.string(),
        "contaminated_share": pa.float32(),
        "contaminated_words": pa.int32(),
        "contaminated_items": pa.int32(),
    }

    def __post_init__(self) -> None:
        check_lengths(self.run_words, self.min_item_words)
        check_field(self.field)

    def columns_read(self) -> Columns:
        return columns_of_field(self.field)

    def check_files(self) -> None:
        check_sets(self.sets.read())

    def file_remarks(self) -> Iterator[str]:
        yield from unmatched_items(self.sets.read(), self.run_words, self.min_item_words)

    def measure(self, batch: Batch) -> Arrays:
        sets = evaluation_sets(self.sets.read(), self.run_words, self.min_item_words)
        words = read_field(batch, self.field).once(find_words, WordRule.UNICODE)
        found = overlap(words, sets)
        names = pa.array([*sets.names, None], pa.string())
        owners = np.where(found.owners < 0, len(sets.names), found.owners)
        shared = shared_counts(words, found)
        return {
            "contaminated_by": names.take(pa.array(owners, pa.int64())),
            "contaminated_share": pa.array((shared / np.maximum(words.counts, 1)).astype(np.float32)),
            "contaminated_words": pa.array(shared.astype(np.int32)),
            "contaminated_items": pa.array(found.items),
        }
