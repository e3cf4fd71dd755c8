"""Drops documents whose embedding is near to that of a better one: what is left is diverse.

Source:   Liu et al. 2023 (DEITA), arXiv:2312.15685, section 3: the best first, and what is nearer to one that was taken
          than a cosine distance of 0.1 is passed over; Abbas et al. 2023 (SemDeDup), arXiv:2303.09540: only
          documents of one cluster are compared.
Deviates: from DEITA: near ones that fall into different clusters both stay.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.decide.similar import give_way_reasons
from corpusmill.operators.text.ranking import Ranking
from corpusmill.operators.text.vectors import VECTOR


@dataclass(frozen=True, kw_only=True)
class SimilarVectors(Decision):
    """Reason "similar EMBEDDING: COSINE to document DOC_ID", the document that stays in its place.

    embedding: a column of type floats. by: the columns that make groups, in which all are compared with each other:
    the clusters of `signals.clusters`, a task; a document without a group or a vector stays. threshold: the cosine, 0
    to 1, from which the worse one goes. score: as in decide.similar. Documents of earlier runs stay. A group has to fit
    into one task, with 2 bytes a dimension: 262,144 documents of 1,024 dimensions. found: by default the stage
    `similar_vectors` finds it.
    """

    embedding: str
    by: tuple[str, ...] = ("cluster",)
    threshold: float = 0.9
    score: tuple[str, ...] = ()
    found: Resource | None = None

    reads: ClassVar[Columns] = {}
    stage: ClassVar[str] = "similar_vectors"

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold must be above 0 and at most 1, got {self.threshold}")

    def columns_read(self) -> Columns:
        return {self.embedding: VECTOR, **self.ranking().columns_read()}

    def ranking(self) -> Ranking:
        return Ranking(by=self.by, score=self.score)

    def gathering(self) -> Any:
        return [self.version, self.embedding, *self.ranking().described()]

    def combining(self) -> Any:
        return self.threshold

    def reasons(self, batch: Batch) -> pa.Array:
        return give_way_reasons(batch, self.found.read() if self.found else b"", self.embedding)
