"""Parts of equal size by a measured value, for each language apart: head, middle and tail.

Source:   Wenzek et al. 2020 (CCNet), arXiv:1911.00359, section 3.3: each language is split by perplexity into three
          even parts, head, middle and tail.
Deviates: any column of numbers can be split, at any shares; the names rise with the value.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.text import quantiles


@dataclass(frozen=True, kw_only=True)
class Buckets(Signal):
    """Adds `column`: the name of the part in which the document's value of `of` lies; null without a value.

    cuts: the quantiles between the parts, rising, 0 to 1; names: one more than cuts, from the lowest values up. by,
    min_documents and found as in `decide.quantiles`. A mix can have `column` as an axis.
    """

    of: str
    cuts: tuple[float, ...] = (1 / 3, 2 / 3)
    names: tuple[str, ...] = ("tail", "middle", "head")
    by: tuple[str, ...] = ("language",)
    min_documents: int = 1000
    column: str = "bucket"
    found: Resource | None = None

    adds: ClassVar[Columns] = {"bucket": pa.string()}
    stage: ClassVar[str] = "calibrate"

    def __post_init__(self) -> None:
        if len(self.names) != len(self.cuts) + 1 or len(set(self.names)) != len(self.names):
            raise ValueError(f"{len(self.cuts)} cuts need {len(self.cuts) + 1} different names, got {self.names!r}")
        if not self.cuts or list(self.cuts) != sorted(set(self.cuts)) or not all(0 < cut < 1 for cut in self.cuts):
            raise ValueError(f"cuts must be rising shares between 0 and 1, got {self.cuts!r}")

    def columns_read(self) -> Columns:
        return quantiles.columns_read((self.of,), self.by)

    def columns_added(self) -> Columns:
        return {self.column: pa.string()}

    def gathering(self) -> Any:
        return [self.version, [self.of], self.by]

    def combining(self) -> Any:
        return [self.required_quantiles(), self.min_documents]

    def gather(self, batch: Batch) -> pa.Table:
        return quantiles.histogram(batch, [self.of], self.by)

    def required_quantiles(self) -> dict[str, tuple[float, ...]]:
        """The quantiles to find, by column."""
        return {self.of: self.cuts}

    def measure(self, batch: Batch) -> Arrays:
        found = quantiles.from_lines(self.found.read() if self.found else b"")
        names, group = quantiles.groups_of(batch, self.by)
        known, bins = quantiles.places(batch, self.of)
        part = np.zeros(batch.num_rows, np.int64)
        for cut in self.cuts:
            part += bins >= quantiles.thresholds_of(found, names, self.of, cut, 0)[group]
        return {self.column: pa.array(self.names, pa.string()).take(pa.array(part, mask=~known))}
