"""Drops documents that lie outside given quantiles of their group: the worst tenth of each language.

Source: Wenzek et al. 2020 (CCNet), arXiv:1911.00359, section 3.3: thresholds are chosen per language, since the same
        score means another thing in each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.text import quantiles
from corpusmill.operators.text.bins import BITS
from corpusmill.operators.text.reasons import first_reason

NULLS = ("keep", "drop")


@dataclass(frozen=True, kw_only=True)
class Quantiles(Decision):
    """Reason "column<q0.1" or "column>q0.9" of the first bound broken, in the order written.

    bounds: column -> [low, high], shares from 0 to 1, null = open; [0.1, null] drops a document when at least nine
    tenths of its group lie clearly above it. Values closer to each other than 1 in 4,096 count as equal (times: than
    five days), and equal values stay or go together. by: the columns that tell groups, () for none. min_documents: a
    smaller group is judged by the quantiles of all documents (guess: 1,000, so that a tenth is 100 documents). null:
    keep (default) or drop documents without a value. found: thresholds of an earlier run; by default the stage
    `calibrate` finds them.
    """

    bounds: Mapping[str, tuple[float | None, float | None]]
    by: tuple[str, ...] = ("language",)
    min_documents: int = 1000
    null: str = "keep"
    found: Resource | None = None

    reads: ClassVar[Columns] = {}
    stage: ClassVar[str] = "calibrate"

    def __post_init__(self) -> None:
        if self.null not in NULLS:
            raise ValueError(f"null must be one of {list(NULLS)}, got {self.null!r}")
        if self.min_documents < 0:
            raise ValueError(f"min_documents must be at least 0, got {self.min_documents}")
        if not self.bounds:
            raise ValueError("bounds must name at least one column, e.g. {quality: [0.1, null]}")
        for column, pair in self.bounds.items():
            if isinstance(pair, str) or not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ValueError(f"bounds of {column!r} must be [low, high] with null for open, got {pair!r}")
            shares = [share for share in pair if share is not None]
            if not shares or not all(0 <= share <= 1 for share in shares) or shares != sorted(shares):
                raise ValueError(f"bounds of {column!r} must be rising shares from 0 to 1, not both null; got {pair!r}")

    def columns_read(self) -> Columns:
        return quantiles.columns_read(tuple(self.bounds), self.by)

    def gathering(self) -> Any:
        return [self.version, sorted(self.bounds), self.by]

    def combining(self) -> Any:
        return [self.required_quantiles(), self.min_documents]

    def gather(self, batch: Batch) -> pa.Table:
        return quantiles.histogram(batch, sorted(self.bounds), self.by)

    def required_quantiles(self) -> dict[str, tuple[float, ...]]:
        """The quantiles to find, by column."""
        return {column: tuple(share for share in pair if share is not None) for column, pair in self.bounds.items()}

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        found = quantiles.from_lines(self.found.read() if self.found else b"")
        names, group = quantiles.groups_of(batch, self.by)
        broken: list[tuple[str, np.ndarray]] = []
        for column, (low, high) in self.bounds.items():
            known, bins = quantiles.places(batch, column)
            if self.null == "drop":
                broken.append((f"{column} is null", ~known))
            if low is not None:
                least = quantiles.thresholds_of(found, names, column, low, 0)[group]
                broken.append((f"{column}<q{low:g}", known & (bins < least)))
            if high is not None:
                most = quantiles.thresholds_of(found, names, column, high, 1 << BITS)[group]
                broken.append((f"{column}>q{high:g}", known & (bins > most)))
        return broken

    def thresholds(self) -> list[Threshold]:
        found = []
        for column, pair in self.bounds.items():
            for place, share in enumerate(pair):
                if share is not None:
                    reason, key = f"{column}{'><'[place == 0]}q{share:g}", f"bounds.{column}[{place}]"
                    found.append(Threshold(reason=reason, column=column, low=place == 0, bound=None, key=key))
        return found
