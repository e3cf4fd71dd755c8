"""Drops documents that say again too much of what they said.

Source:   Rae et al. 2021 (Gopher), arXiv:2112.11446, table A1: every default below.
Deviates: none in the numbers. Tried in datatrove's order (paragraphs, lines, runs); the first broken is the reason.
"""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators import limits
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.reasons import above, first_reason, thresholds_of


@dataclass(frozen=True, kw_only=True)
class GopherRepetition(Decision):
    """Largest shares allowed, of signals.gopher_repetition; null switches a rule off, a null value passes.

    The reason is the column's name without "_ratio".
    """

    max_dup_paragraph_ratio: float | None = 0.30
    max_dup_paragraph_char_ratio: float | None = 0.20
    max_dup_line_ratio: float | None = 0.30
    max_dup_line_char_ratio: float | None = 0.20
    max_top_2gram_ratio: float | None = 0.20
    max_top_3gram_ratio: float | None = 0.18
    max_top_4gram_ratio: float | None = 0.16
    max_dup_5gram_ratio: float | None = 0.15
    max_dup_6gram_ratio: float | None = 0.14
    max_dup_7gram_ratio: float | None = 0.13
    max_dup_8gram_ratio: float | None = 0.12
    max_dup_9gram_ratio: float | None = 0.11
    max_dup_10gram_ratio: float | None = 0.10

    reads: ClassVar[Columns] = {
        "gopher_dup_paragraph_ratio": pa.float32(),
        "gopher_dup_paragraph_char_ratio": pa.float32(),
        "gopher_dup_line_ratio": pa.float32(),
        "gopher_dup_line_char_ratio": pa.float32(),
        **{f"gopher_top_{n}gram_ratio": pa.float32() for n in (2, 3, 4)},
        **{f"gopher_dup_{n}gram_ratio": pa.float32() for n in (5, 6, 7, 8, 9, 10)},
    }

    def __post_init__(self) -> None:
        limits.refuse(limits.share(self, *(f.name for f in fields(self))))

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        limits = {column: getattr(self, column.replace("gopher_", "max_")) for column in self.reads}
        return [(column.removesuffix("_ratio"), above(batch, column, high)) for column, high in limits.items()]

    def thresholds(self) -> list[Threshold]:
        rules = {column.replace("gopher_", "max_"): (column.removesuffix("_ratio"), column) for column in self.reads}
        return thresholds_of(self, rules)
