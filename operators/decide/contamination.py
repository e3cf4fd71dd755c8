"""Drops documents that share too much with evaluation sets: by share, by words, or by whole items.

Source:   Brown et al. 2020 (GPT-3), arXiv:2005.14165, appendix C.
Deviates: the first threshold is a share of the document's words; GPT-3 drops by number of overlaps. 0.1 is a guess.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.reasons import first_reason


@dataclass(frozen=True, kw_only=True)
class Contamination(Decision):
    """Reason "contaminated" where `contaminated_share` is at least `max_share`; "contaminated_words" and
    "contaminated_items" where the counts of those names are at least `from_words` and `from_items`.

    A threshold of null is not used; an unknown value is kept. In a long document a whole item is a small share:
    `from_items: 1` finds it.
    """

    max_share: float | None = 0.1
    from_words: int | None = None
    from_items: int | None = None

    reads: ClassVar[Columns] = {
        "contaminated_share": pa.float32(),
        "contaminated_words": pa.int32(),
        "contaminated_items": pa.int32(),
    }

    def __post_init__(self) -> None:
        if self.max_share is not None and not 0 < self.max_share <= 1:
            raise ValueError(f"max_share must be null, or above 0 and at most 1, got {self.max_share}")
        for name, value in (("from_words", self.from_words), ("from_items", self.from_items)):
            if value is not None and value < 1:
                raise ValueError(f"{name} must be null or at least 1, got {value}")
        if not self._thresholds():
            raise ValueError("decide.contamination drops nothing: give max_share, from_words or from_items")

    def columns_read(self) -> Columns:
        return {column: self.reads[column] for _, column, _ in self._thresholds()}

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        broken = []
        for reason, column, least in self._thresholds():
            value = batch.column(column).fill_null(0).to_numpy(zero_copy_only=False)
            broken.append((reason, value >= least))
        return broken

    def thresholds(self) -> list[Threshold]:
        keys = {"contaminated": "max_share", "contaminated_words": "from_words", "contaminated_items": "from_items"}
        return [
            # the bound itself is dropped: what is kept lies just below
            Threshold(reason=reason, column=column, low=False, bound=largest_kept(least), key=keys[reason])
            for reason, column, least in self._thresholds()
        ]

    def _thresholds(self) -> list[tuple[str, str, np.generic]]:
        """(reason, column, least value that is dropped) of each threshold that is used."""
        found: list[tuple[str, str, np.generic]] = []
        if self.max_share is not None:
            found.append(("contaminated", "contaminated_share", np.float32(self.max_share)))
        if self.from_words is not None:
            found.append(("contaminated_words", "contaminated_words", np.int64(self.from_words)))
        if self.from_items is not None:
            found.append(("contaminated_items", "contaminated_items", np.int64(self.from_items)))
        return found


def largest_kept(least: np.generic) -> float:
    """The largest value below one that is dropped."""
    return float(np.nextafter(least, -np.inf)) if isinstance(least, np.floating) else float(least) - 1
