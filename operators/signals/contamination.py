"""Overlap with evaluation sets: how much of a document stands in the texts a model will be tested on.

Source:   Brown et al. 2020 (GPT-3), arXiv:2005.14165, appendix C (runs of 13 words).
Deviates: words are those of rule `unicode`, so that Han and Thai overlap too; the share is of words, not of runs.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.text.evaluation.overlap import overlap, shares
from corpusmill.operators.text.evaluation.sets import check_sets, evaluation_sets
from corpusmill.operators.text.words import WordRule, find_words


@dataclass(frozen=True, kw_only=True)
class Contamination(Signal):
    """Adds `contaminated_by`, the set with most shared runs (null without any), and `contaminated_share`, 0 to 1.

    sets: a JSONL file of {"set": name, "text": text}. run_words: words that must follow one another in both; 13 or 8.
    """

    sets: Resource
    run_words: int = 13

    adds: ClassVar[Columns] = {"contaminated_by": pa.string(), "contaminated_share": pa.float32()}

    def __post_init__(self) -> None:
        if self.run_words < 1:
            raise ValueError(f"run_words must be at least 1, got {self.run_words}")

    def check_files(self) -> None:
        check_sets(self.sets.read())

    def measure(self, batch: Batch) -> Arrays:
        sets = evaluation_sets(self.sets.read(), self.run_words)
        words = batch.once(find_words, WordRule.UNICODE)
        found = overlap(words, sets, self.run_words)
        names = pa.array([*sets.names, None], pa.string())
        owners = np.where(found.owners < 0, len(sets.names), found.owners)
        return {
            "contaminated_by": names.take(pa.array(owners, pa.int64())),
            "contaminated_share": pa.array(shares(words, found), pa.float32()),
        }
