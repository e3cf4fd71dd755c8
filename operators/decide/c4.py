"""Drops documents by the rules of C4 that look at the whole page.

Source:   Raffel et al. 2020 (T5), JMLR 21(140), section 2.2: five sentences or more, no "lorem ipsum", no curly
          bracket.
Deviates: as datatrove's C4QualityFilter: only lines that pass the line rules before are searched for the two; policy
          and javascript cost the line, not the page (the last two fields make them cost the page, off by default).
"""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators import limits
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.reasons import above, below, first_reason, thresholds_of

RULES = {
    "max_lorem_ipsum_lines": ("c4_lorem_ipsum", "c4_lorem_ipsum_lines"),
    "max_curly_lines": ("c4_curly", "c4_curly_lines"),
    "min_sentences": ("c4_sentences_few", "c4_sentences"),
    "max_javascript_lines": ("c4_javascript", "c4_javascript_lines"),
    "max_policy_lines": ("c4_policy", "c4_policy_lines"),
}


@dataclass(frozen=True, kw_only=True)
class C4(Decision):
    """Bounds on the columns of signals.c4 or rewrite.c4_lines, inclusive; null switches a rule off."""

    max_lorem_ipsum_lines: int | None = 0
    max_curly_lines: int | None = 0
    min_sentences: int | None = 5
    max_javascript_lines: int | None = None
    max_policy_lines: int | None = None

    reads: ClassVar[Columns] = {
        "c4_lorem_ipsum_lines": pa.int64(),
        "c4_curly_lines": pa.int64(),
        "c4_sentences": pa.int64(),
        "c4_javascript_lines": pa.int64(),
        "c4_policy_lines": pa.int64(),
    }

    def __post_init__(self) -> None:
        limits.refuse(limits.not_negative(self, *(f.name for f in fields(self))))

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        return [
            ("c4_lorem_ipsum", above(batch, "c4_lorem_ipsum_lines", self.max_lorem_ipsum_lines)),
            ("c4_curly", above(batch, "c4_curly_lines", self.max_curly_lines)),
            ("c4_sentences_few", below(batch, "c4_sentences", self.min_sentences)),
            ("c4_javascript", above(batch, "c4_javascript_lines", self.max_javascript_lines)),
            ("c4_policy", above(batch, "c4_policy_lines", self.max_policy_lines)),
        ]

    def thresholds(self) -> list[Threshold]:
        return thresholds_of(self, RULES)
