"""Near duplicates of a partition of clusters: who stays, who goes, and why."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pyarrow as pa

from cluster.storage import Store
from operators.dedup.judge import UNSETTLED, Judgement, Rows, judge
from operators.dedup.survivors import RUN_SHIFT, survivor_order
from operators.dedup.verify import Verdicts, verify_by_sets
from pipeline.config.dedup import NearSpec
from pipeline.dedup.phases import Unit
from pipeline.dedup.records import ADDED, REASONS, outcome
from pipeline.dedup.settings import Ranking
from pipeline.exchange.files import encoded
from pipeline.exchange.reading import read_part
from pipeline.exchange.rounds import partition_of

LARGEST_TOLD = 20


@dataclass(frozen=True, kw_only=True)
class NearRule:
    """Task of a partition of clusters."""

    near: NearSpec
    ranking: Ranking
    max_comparisons: int

    def __call__(self, store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
        partition = partition_of(unit)
        with tempfile.TemporaryFile(prefix="corpusmill-") as spool:
            tables, counts = [], []
            for name in partition.names:
                table = read_part(store, name, partition.range)
                if "shingles" in table.column_names:
                    for chunk in table["shingles"].chunks:
                        spool.write(chunk.flatten().to_numpy())
                        counts.append(np.diff(chunk.offsets.to_numpy()))
                    table = table.drop_columns("shingles")
                tables.append(table)
            spool.flush()
            table = pa.concat_tables(tables).combine_chunks()
            column = {n: table[n].to_numpy() for n in table.column_names if n not in ("bands", "signature")}
            docs = self.ranking.candidates(
                column["doc_id"], column["fetched_at"], column["quality"], column["size_bytes"]
            )
            order = survivor_order(docs, self.ranking.prefer)
            sets = Sets.spooled(spool, np.concatenate([*counts, np.empty(0, np.int64)])).ordered(order)
            column = {name: values[order] for name, values in column.items()}
            rows = Rows(
                doc_id=column["doc_id"],
                run=column["doc_id"] >> RUN_SHIFT,
                bands=flat(table["bands"], np.uint64, self.near.bands)[order],
                settled=column["settled"],
            )
            found = judge(rows, None if self.near.verify == "none" else self._by_sets(rows, sets))
        return self._publish(store, folder, unit, column, found)

    def _by_sets(self, rows: Rows, sets: "Sets") -> Callable[[np.ndarray, int], Verdicts]:
        def verify(here: np.ndarray, settled: int) -> Verdicts:
            return verify_by_sets(
                rows.bands[here],
                sets.starts[here],
                sets.counts[here],
                sets.values,
                settled=settled,
                threshold=self.near.threshold,
                max_comparisons=self.max_comparisons,
            )

        return verify

    def _publish(
        self, store: Store, folder: str, unit: Unit, column: Mapping[str, np.ndarray], found: Judgement
    ) -> Mapping[str, Any]:
        ids = column["doc_id"]
        gone = (found.survivor != ids) & (column["settled"] == UNSETTLED)
        survivor, clusters = found.survivor[gone], found.cluster_id[gone]
        removed = outcome(
            ids[gone],
            reason=REASONS.index("near"),
            survivor=survivor,
            similarity=found.similarity[gone],
            cluster_id=clusters,
            band=found.band[gone],
        )
        added = outcome(survivor, reason=ADDED, cluster_id=clusters, copies=column["copies"][gone])
        table = pa.concat_tables([removed, added])
        name = f"{folder}/{unit['name']}.outcomes.arrow"
        store.publish(name, encoded(table).to_pybytes())
        return {
            "outcomes": name,
            "outcomes_bytes": table.nbytes,
            "removed": int(gone.sum()),
            "comparisons": found.comparisons,
            "cut_short": found.cut_short,
            "largest": largest(found.cluster_id, gone),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Sets:
    """Shingle sets of n documents: document i has values[starts[i]:starts[i] + counts[i]]; the values lie on disk."""

    starts: np.ndarray
    counts: np.ndarray
    values: np.ndarray

    @classmethod
    def spooled(cls, file: IO[bytes], counts: np.ndarray) -> "Sets":
        """The sets in a file, one after another."""
        values = np.memmap(file, np.uint64, "r") if counts.sum() else np.empty(0, np.uint64)
        return cls(starts=np.cumsum(counts) - counts, counts=counts, values=np.asarray(values))

    def ordered(self, order: np.ndarray) -> "Sets":
        return (
            Sets(starts=self.starts[order], counts=self.counts[order], values=self.values) if len(self.counts) else self
        )


def flat(column: pa.ChunkedArray, dtype: type, width: int) -> np.ndarray:
    """Fixed-size binary values without nulls as an array of `width` numbers a row."""
    array = column.combine_chunks()
    found = np.frombuffer(array.buffers()[1] or b"", dtype)[array.offset * width :]
    return found[: len(array) * width].reshape(len(array), width)


def largest(clusters: np.ndarray, gone: np.ndarray) -> list[dict[str, int]]:
    """The clusters with most documents: their id, how many there are, how many of them go."""
    ids, at, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    removed = np.bincount(at[gone], minlength=len(ids))
    top = np.lexsort((ids, -sizes))[:LARGEST_TOLD]
    return [
        {"cluster_id": int(ids[i]), "documents": int(sizes[i]), "removed": int(removed[i])} for i in top if sizes[i] > 1
    ]
