"""Drops documents of which too much stands in an evaluation set.

Source:   Brown et al. 2020 (GPT-3), arXiv:2005.14165, appendix C.
Deviates: the threshold is a share of the document's words; GPT-3 drops by number of overlaps. 0.1 is a guess.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.reasons import first_reason


@dataclass(frozen=True, kw_only=True)
class Contamination(Decision):
    """Reason "contaminated" where `contaminated_share` is at least `max_share`; an unknown share is kept."""

    max_share: float = 0.1

    reads: ClassVar[Columns] = {"contaminated_share": pa.float32()}

    def __post_init__(self) -> None:
        if not 0 < self.max_share <= 1:
            raise ValueError(f"max_share must be above 0 and at most 1, got {self.max_share}")

    def reasons(self, batch: Batch) -> pa.Array:
        share = batch.column("contaminated_share").fill_null(0).to_numpy(zero_copy_only=False)
        dropped = share >= np.float32(self.max_share)
        return first_reason([("contaminated", dropped)], batch.num_rows)
