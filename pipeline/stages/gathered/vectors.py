"""A sample of a shard's documents for clusters, as exchange files: those whose text has the smallest hash."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.signals.clusters import Clusters
from corpusmill.operators.text.ranking import Ranking, entries_of
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.workspace.shards import UnitFiles

HELD_BYTES = 200_000_000  # of vectors that wait until most of them are forgotten; a guess


class GatherVectors:
    """Takes the documents of a shard; on `facts` its sample is `vectors/NAME.arrow` under `folder`.

    The sample of a whole corpus has the smallest hashes of all, so a shard need not hold more of them than that.
    """

    def __init__(self, folder: Path, name: str, shard: UnitFiles, awaited: Clusters) -> None:
        self.folder, self.name, self.awaited = folder, f"vectors/{name}.arrow", awaited
        (folder / "vectors").mkdir()
        self._waiting: list[pa.Table] = []
        self._documents = 0

    def add(self, batch: Batch) -> None:
        entries, described = entries_of(batch, Ranking(by=())), self.awaited.described(batch)
        columns = {"key": entries["tie"], "doc_id": entries["doc_id"], "vector": described}
        table = pa.table(columns).filter(pc.greater(pc.fill_null(pc.list_value_length(described), 0), 0))
        self._documents += table.num_rows
        self._waiting.append(table)
        if sum(t.nbytes for t in self._waiting) > HELD_BYTES + 2 * self._waiting[0].nbytes:
            self._waiting = [smallest(self._waiting, self.awaited.sample)]

    def facts(self) -> Mapping[str, Any]:
        if not self._waiting:
            return {"files": {}, "documents": 0}
        table = smallest(self._waiting, self.awaited.sample)
        with pa.OSFile(str(self.folder / self.name), "wb") as out:
            out.write(encoded(table))
        return {"files": {self.name: table.nbytes}, "documents": self._documents}


def smallest(tables: list[pa.Table], count: int) -> pa.Table:
    """Of sampled documents the `count` with the smallest keys."""
    table = pa.concat_tables(tables)
    order = pc.select_k_unstable(
        table, k=min(count, table.num_rows), sort_keys=[("key", "ascending"), ("doc_id", "ascending")]
    )
    return table.take(order).combine_chunks()


def key_bits(sample: int, documents: int) -> int:
    """How many leading bits of a key may be 0, so that the smallest `sample` keys of so many documents are among these.

    >>> key_bits(1000, 500), key_bits(1000, 1_000_000)
    (0, 9)
    """
    enough = sample + 8 * math.sqrt(sample) + 64  # keys are random: far more than they vary
    return max(0, math.floor(math.log2(documents / enough))) if documents else 0
