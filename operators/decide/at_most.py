"""Keeps at most so many documents of each group: of a host, a cluster, a prompt.

Source: none; a cap for each host or cluster is common, as in Abbas et al. 2023 (SemDeDup), arXiv:2303.09540, or the
        balanced sampling of clusters in Vo et al. 2024, arXiv:2405.15613.
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
class AtMost(Decision):
    """Reason "more than COUNT of one BY".

    count: how many documents of each group stay; which ones, a hash of the text says. by: the columns that make
    groups, such as url_host, chat_prompt_key or a column of clusters; a document that lacks one of them is in no group,
    and stays. A later run adds documents only to groups that were not full. found: the answer for these very
    documents; by default the stage `rank` finds it.
    """

    count: int
    by: tuple[str, ...]
    found: Resource | None = None

    reads: ClassVar[Columns] = {}
    stage: ClassVar[str] = "rank"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"count must be at least 1, got {self.count}")
        if not self.by:
            raise ValueError("by must name at least one column, e.g. [url_host]")

    def columns_read(self) -> Columns:
        return self.ranking().columns_read()

    def ranking(self) -> Ranking:
        return Ranking(by=self.by)

    def gathering(self) -> Any:
        return [self.version, self.count, *self.ranking().described()]

    def combining(self) -> Any:
        return self.count

    def reasons(self, batch: Batch) -> pa.Array:
        _, there = ranking.groups_of(batch, self.by)
        kept = ranking.stays(batch, self.found.read() if self.found else b"")
        return first_reason([(f"more than {self.count} of one {' and '.join(self.by)}", there & ~kept)], batch.num_rows)
