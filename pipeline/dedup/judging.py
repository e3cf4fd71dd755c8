"""Near duplicates of a partition of clusters: who stays, who goes, and why."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.dedup.judge import UNSETTLED, Judgement, Rows, judge
from corpusmill.operators.dedup.survivors import RUN_SHIFT, survivor_order
from corpusmill.pipeline.config.sections.dedup import NearSpec
from corpusmill.pipeline.dedup.exact import Resolved
from corpusmill.pipeline.dedup.records import ADDED, REASONS, outcome
from corpusmill.pipeline.dedup.settings import Ranking
from corpusmill.pipeline.dedup.verifying import Compared, SetReader, by_estimate, by_sets, flat, sets_on_disk, spooled
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of

LARGEST_LISTED = 20


class ClusterSize(TypedDict):
    """A cluster: how many documents it has, and how many of them go."""

    cluster_id: int
    documents: int
    removed: int


class Judged(Resolved):
    """What became of a partition of clusters; cut_short: documents that were not compared with all others."""

    comparisons: int
    cut_short: int
    largest: list[ClusterSize]


@dataclass(frozen=True, kw_only=True)
class NearRule:
    """Task of a partition of clusters."""

    near: NearSpec
    ranking: Ranking
    max_comparisons: int

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Judged:
        partition = partition_of(unit)
        with tempfile.TemporaryFile(prefix="corpusmill-") as spool:
            table, counts = spooled(store, partition, spool)
            column = {n: table[n].to_numpy() for n in table.column_names if n not in ("bands", "signature")}
            docs = self.ranking.candidates(
                column["doc_id"], column["fetched_at"], column["quality"], column["size_bytes"]
            )
            order = survivor_order(docs, self.ranking.prefer)
            column = {name: values[order] for name, values in column.items()}
            rows = Rows(
                doc_id=column["doc_id"],
                run=column["doc_id"] >> RUN_SHIFT,
                bands=flat(table["bands"], np.uint64, self.near.bands)[order],
                resolved=column["settled"],
            )
            bounds = {"max_comparisons": self.max_comparisons}
            compared = Compared(texts=column["text"], thresholds=self.ranking.thresholds_of(column["doc_id"]))
            if self.near.verify == "text":
                verify = by_sets(rows, sets_on_disk(spool, counts).take(order), compared, bounds)
            elif self.near.verify == "estimate":
                minima = flat(table["signature"], np.uint32, self.near.bands * self.near.rows)[order]
                reader = SetReader(store=store, near=self.near, ranking=self.ranking)
                verify = by_estimate(rows, minima, compared, reader, bounds)
            else:
                verify = None
            found = judge(rows, verify)
        return self._publish(store, folder, unit, column, found)

    def _publish(
        self, store: Store, folder: str, unit: PartitionUnit, column: Mapping[str, np.ndarray], found: Judgement
    ) -> Judged:
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


def largest(clusters: np.ndarray, taken: np.ndarray) -> list[ClusterSize]:
    """The clusters with most documents: their id, how many there are, how many of them go."""
    ids, at, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    removed = np.bincount(at[taken], minlength=len(ids))
    top = np.lexsort((ids, -sizes))[:LARGEST_LISTED]
    return [
        {"cluster_id": int(ids[i]), "documents": int(sizes[i]), "removed": int(removed[i])} for i in top if sizes[i] > 1
    ]
