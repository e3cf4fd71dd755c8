"""Drops pages that are all boilerplate: login walls, cookie walls, errors, pages drawn by scripts.

Source: the score is `extract.main_text`'s. Of 1,214 development pages of WCXB with gold text, each judged by a model
that never saw its host, 99 % scored 0.73 or less; of 17 pages with empty gold text, some of which do hold text, 11
scored above 0.75.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators import limits
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.reasons import first_reason, thresholds_of


@dataclass(frozen=True, kw_only=True)
class BoilerplatePage(Decision):
    """Gives `boilerplate_page` where `boilerplate_score` is above `max_score`; pages without a score are kept.

    max_score: 0 to 1.
    """

    max_score: float = 0.75

    reads: ClassVar[Columns] = {"boilerplate_score": pa.float32()}

    def __post_init__(self) -> None:
        limits.refuse(limits.share(self, "max_score"))

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        beyond = pc.greater(batch.column("boilerplate_score"), pa.scalar(self.max_score, pa.float32()))
        return [("boilerplate_page", pc.fill_null(beyond, False).to_numpy(zero_copy_only=False))]

    def thresholds(self) -> list[Threshold]:
        return thresholds_of(self, {"max_score": ("boilerplate_page", "boilerplate_score")})
