"""Keeps documents whose detected language is in `keep` with at least its least score.

Source: threshold 0.65: Penedo et al. 2023 (RefinedWeb), arXiv:2306.01116, section 3.1, and FineWeb after it. Lower ones
        for languages that the shipped model is less sure of, such as Croatian: text.language_scores (measured).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators import limits
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.language_scores import least_score
from corpusmill.operators.text.reasons import first_reason


@dataclass(frozen=True, kw_only=True)
class Language(Decision):
    """Reasons "language" (another, or none told) and "language_score" (below the least score of its language).

    `keep`: language labels, all with `min_score`, or label -> least score. `min_score`: null for the least score that
    was measured for each language, 0.65 where none was. Scores are compared as float32.
    """

    keep: Mapping[str, float] | tuple[str, ...]
    min_score: float | None = None

    version: ClassVar[int] = 2
    reads: ClassVar[Columns] = {"language": pa.string(), "language_score": pa.float32()}

    def __post_init__(self) -> None:
        if not self.keep or isinstance(self.keep, str):
            raise ValueError(f"keep must name at least one language, e.g. [en, de] or {{en: 0.65}}, got {self.keep!r}")
        limits.refuse(limits.share(self, "min_score"))
        for language, least in self.least_scores().items():
            if not isinstance(language, str):
                raise ValueError(f"keep must hold language labels such as 'en', got {language!r}")
            if isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1:
                raise ValueError(f"the least score of {language!r} must be from 0 to 1, got {least!r}")

    def least_scores(self) -> dict[str, float]:
        """Label -> least score."""
        if isinstance(self.keep, Mapping):
            return dict(self.keep)
        return {label: least_score(label) if self.min_score is None else self.min_score for label in self.keep}

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        least = self.least_scores()
        at = pc.index_in(batch.column("language"), pa.array(list(least), pa.string()))
        known = at.is_valid().to_numpy(zero_copy_only=False)
        limits = np.array(list(least.values()), np.float32)[at.fill_null(0).to_numpy(zero_copy_only=False)]
        scores = batch.column("language_score").fill_null(-1).to_numpy(zero_copy_only=False)
        return [("language", ~known), ("language_score", known & ~(scores >= limits))]

    def thresholds(self) -> list[Threshold]:
        bounds = set(self.least_scores().values())
        bound = bounds.pop() if len(bounds) == 1 else None
        named = {"reason": "language_score", "column": "language_score"}
        return [Threshold(**named, low=True, bound=bound, key="min_score")]
