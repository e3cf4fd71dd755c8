"""Near duplicates of a partition of clusters: who stays, who goes, and why."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cluster.storage import Store
from operators.dedup.survivors import survivor_order
from operators.dedup.verify import KEPT as STAYS
from operators.dedup.verify import Verdicts, no_verification, verify_by_sets
from pipeline.config.dedup import NearSpec
from pipeline.dedup.phases import Unit
from pipeline.dedup.records import KEPT, REASONS, outcome
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
            order = survivor_order(docs, self.ranking.prefer, column["cluster_id"])
            verdicts = self._verdicts(table, order, np.concatenate([*counts, np.empty(0, np.int64)]), spool)
        column = {name: values[order] for name, values in column.items()}
        return self._publish(store, folder, unit, column, verdicts)

    def _verdicts(self, table: pa.Table, order: np.ndarray, counts: np.ndarray, spool: Any) -> Verdicts:
        bands = flat(table["bands"], np.uint64, self.near.bands)[order]
        if self.near.verify == "none":
            return no_verification(bands)
        starts = np.cumsum(counts) - counts
        shingles = np.memmap(spool, np.uint64, "r") if counts.sum() else np.empty(0, np.uint64)
        return verify_by_sets(
            bands,
            starts[order],
            counts[order],
            np.asarray(shingles),
            threshold=self.near.threshold,
            max_comparisons=self.max_comparisons,
        )

    def _publish(
        self, store: Store, folder: str, unit: Unit, column: Mapping[str, np.ndarray], verdicts: Verdicts
    ) -> Mapping[str, Any]:
        ids, clusters, copies = column["doc_id"], column["cluster_id"], column["copies"].copy()
        gone = verdicts.survivor != STAYS
        np.add.at(copies, verdicts.survivor[gone], column["copies"][gone])
        removed = outcome(
            ids[gone],
            reason=REASONS.index("near"),
            survivor=ids[verdicts.survivor[gone]],
            similarity=verdicts.similarity[gone],
            cluster_id=clusters[gone],
            band=verdicts.band[gone],
        )
        many = ~gone & (copies > 1)
        kept = outcome(ids[many], reason=KEPT, cluster_id=clusters[many], copies=copies[many])
        table = pa.concat_tables([removed, kept])
        name = f"{folder}/{unit['name']}.outcomes.arrow"
        store.publish(name, encoded(table).to_pybytes())
        return {
            "outcomes": name,
            "outcomes_bytes": table.nbytes,
            "removed": int(gone.sum()),
            "comparisons": verdicts.comparisons,
            "cut_short": verdicts.cut_short,
            "largest": largest(clusters, gone),
        }


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
