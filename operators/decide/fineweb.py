"""Drops documents that break one of FineWeb's own rules.

Source:   Penedo et al. 2024 (FineWeb), arXiv:2406.17557, section 3.5: 0.12, 0.67; 0.01 and 0.3 as in datatrove 0.10.1,
          FineWebQualityFilter. Others cite the paper with 0.1 for repeated characters: say which is meant.
Deviates: none in the numbers. Tried in datatrove's order; the first rule broken is the reason.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators import limits
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.reasons import above, below, first_reason, thresholds_of

RULES = {
    "min_ended_line_ratio": ("fineweb_lines_unended", "fineweb_ended_line_ratio"),
    "max_short_line_ratio": ("fineweb_lines_short", "fineweb_short_line_ratio"),
    "max_dup_char_ratio": ("fineweb_lines_repeated", "fineweb_dup_char_ratio"),
    "max_newline_ratio": ("fineweb_list", "fineweb_newline_ratio"),
}


@dataclass(frozen=True, kw_only=True)
class Fineweb(Decision):
    """Thresholds on the columns of signals.fineweb, inclusive; null switches a rule off, a null value passes.

    `unended_pass`: a document without a single ended line passes the first rule (for scripts without such marks).
    """

    min_ended_line_ratio: float | None = 0.12
    max_short_line_ratio: float | None = 0.67
    max_dup_char_ratio: float | None = 0.01
    max_newline_ratio: float | None = 0.3
    unended_pass: bool = False

    reads: ClassVar[Columns] = {
        "fineweb_ended_line_ratio": pa.float32(),
        "fineweb_short_line_ratio": pa.float32(),
        "fineweb_dup_char_ratio": pa.float32(),
        "fineweb_newline_ratio": pa.float32(),
    }

    def __post_init__(self) -> None:
        shares = limits.share(self, "min_ended_line_ratio", "max_short_line_ratio", "max_dup_char_ratio")
        limits.refuse([*shares, *limits.not_negative(self, "max_newline_ratio")])  # newlines by words: it may pass 1

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        unended = below(batch, "fineweb_ended_line_ratio", self.min_ended_line_ratio)
        if self.unended_pass:
            unended &= above(batch, "fineweb_ended_line_ratio", 0)
        return [
            ("fineweb_lines_unended", unended),
            ("fineweb_lines_short", above(batch, "fineweb_short_line_ratio", self.max_short_line_ratio)),
            ("fineweb_lines_repeated", above(batch, "fineweb_dup_char_ratio", self.max_dup_char_ratio)),
            ("fineweb_list", above(batch, "fineweb_newline_ratio", self.max_newline_ratio)),
        ]

    def thresholds(self) -> list[Threshold]:
        return thresholds_of(self, RULES)
