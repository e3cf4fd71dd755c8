"""Keeps the best documents of each group by a measured value: the best three answers to each prompt.

Source: none; best-of-n by a reward, as in Dong et al. 2023 (RAFT), arXiv:2304.06767, section 3.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.text import ranking
from corpusmill.operators.text.ranking import Ranking
from corpusmill.operators.text.reasons import first_reason


@dataclass(frozen=True, kw_only=True)
class Top(Decision):
    """Reason "not among the best COUNT by COLUMN".

    count: how many documents of each group stay. column: a column of numbers; a document without a value comes last,
    equal values in the order of a hash of the text. lowest: keep the lowest values instead. by: the columns that make
    groups, () for one group; a document that lacks one of them is in no group, and stays. A later run adds documents
    only to groups that were not full. found: the answer for these very documents; by default the stage `rank` finds it.
    """

    count: int
    column: str
    by: tuple[str, ...]
    lowest: bool = False
    found: Resource | None = None

    reads: ClassVar[Columns] = {}
    stage: ClassVar[str] = "rank"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"count must be at least 1, got {self.count}")

    def columns_read(self) -> Columns:
        return self.ranking().columns_read()

    def ranking(self) -> Ranking:
        return Ranking(by=self.by, score=(self.column,), lowest=self.lowest)

    def gathering(self) -> Any:
        return [self.version, self.count, *self.ranking().described()]

    def combining(self) -> Any:
        return self.count

    def reasons(self, batch: Batch) -> pa.Array:
        _, there = ranking.groups_of(batch, self.by)
        kept = ranking.stays(batch, self.found.read() if self.found else b"")
        return first_reason([(f"not among the best {self.count} by {self.column}", there & ~kept)], batch.num_rows)
