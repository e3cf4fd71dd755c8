"""Drops conversations and texts that resemble a better one: by their prompt, their answer or all of it.

Source:   ROUGE-L above 0.7 as in Wang et al. 2023 (Self-Instruct), arXiv:2212.10560, section 2.2; the best first, and
          near ones passed over, as in Liu et al. 2023 (DEITA), arXiv:2312.15685, section 3.
Deviates: only documents that share a band of MinHash are compared (word pairs, 48 bands of 3: of pairs with a Jaccard
          similarity of 0.3 seven in ten are, of 0.4 19 in 20), by their first `max_words` words. DEITA compares
          embeddings.
"""

import functools
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns, Decision, Resource
from corpusmill.operators.text.alike import MEASURES, ROUGE_L
from corpusmill.operators.text.ranking import Ranking
from corpusmill.operators.text.turns import WHOLE, check_field, columns_of_field, read_field

# A document that is dropped, the one it gives way to, and how similar they are.
GIVES_WAY = pa.schema({"doc_id": pa.int64(), "better": pa.int64(), "similarity": pa.float32()})


@functools.lru_cache(maxsize=4)
def answer_of(content: bytes) -> pa.Table:
    """An answer as a table with the columns of GIVES_WAY, sorted by doc_id."""
    return pa.ipc.open_stream(pa.py_buffer(content)).read_all() if content else GIVES_WAY.empty_table()


def give_way_reasons(batch: Batch, content: bytes, what: str) -> pa.Array:
    """The reason of each document that an answer names, "similar WHAT: SIMILARITY to document DOC_ID"; else null."""
    answer = answer_of(content)
    ids = answer["doc_id"].to_numpy()
    mine = pc.fill_null(batch.column("doc_id"), -1).to_numpy(zero_copy_only=False)
    at = np.minimum(np.searchsorted(ids, mine), max(0, len(ids) - 1))
    goes = ids[at] == mine if len(ids) else np.zeros(len(mine), np.bool_)
    rows = answer.take(pa.array(at, mask=~goes))
    told = pc.binary_join_element_wise(
        pa.scalar(f"similar {what}: "),
        pc.round(pc.cast(rows["similarity"], pa.float64()), 2).cast(pa.string()),
        pa.scalar(" to document "),
        rows["better"].cast(pa.string()),
        pa.scalar(""),
    )
    return told.combine_chunks() if isinstance(told, pa.ChunkedArray) else told


@dataclass(frozen=True, kw_only=True)
class Similar(Decision):
    """Reason "similar FIELD: SIMILARITY to document DOC_ID", the document that stays in its place.

    field: what is compared: "whole" (the text), "prompt" (users and systems) or "answer" (assistants). measure:
    "rouge_l", "cosine" (of the counts of words) or "bleu" (of the worse one, the better one as reference); threshold:
    the similarity, 0 to 1, from which the worse one goes.
    score: columns of numbers that are multiplied: the document with the highest stays, one without a value is worst;
    without columns, or among equals, a hash of the text decides. Documents of earlier runs stay. max_words: of each
    document compared; costs about 4 bytes a word in the workspace. found: as in decide.top, found by stage `similar`.
    """

    field: str = WHOLE
    measure: str = ROUGE_L
    threshold: float = 0.7
    score: tuple[str, ...] = ()
    max_words: int = 256
    found: Resource | None = None

    version: ClassVar[int] = 4  # 2: of each key only the best that stay are compared; 3: bands of 3; 4: other minima
    reads: ClassVar[Columns] = {}
    stage: ClassVar[str] = "similar"

    def __post_init__(self) -> None:
        check_field(self.field)
        if self.measure not in MEASURES:
            raise ValueError(f"measure must be one of {list(MEASURES)}, got {self.measure!r}")
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold must be above 0 and at most 1, got {self.threshold}")
        if self.max_words < 1:
            raise ValueError(f"max_words must be at least 1, got {self.max_words}")

    def columns_read(self) -> Columns:
        return {**columns_of_field(self.field), **self.ranking().columns_read()}

    def ranking(self) -> Ranking:
        return Ranking(by=(), score=self.score)

    def compared(self, batch: Batch) -> Batch:
        """The field of each document, as the `text` of a batch."""
        return read_field(batch, self.field)

    def gathering(self) -> Any:
        return [self.version, self.field, self.max_words, *self.ranking().described()]

    def combining(self) -> Any:
        return [self.measure, self.threshold]

    def reasons(self, batch: Batch) -> pa.Array:
        return give_way_reasons(batch, self.found.read() if self.found else b"", self.field)
