"""The rules for equal URLs and equal texts, a partition of keys at a time: each group keeps its first."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.dedup.exact import ExactOutcome, resolve_exact
from corpusmill.pipeline.dedup.records import KEPT, REASONS, TEXT, outcome
from corpusmill.pipeline.dedup.resolved import OutcomesWritten
from corpusmill.pipeline.dedup.settings import Ranking
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of


class Resolved(OutcomesWritten):
    """What a rule did to a partition: its outcomes, and how many documents it removed."""

    removed: int


class ResolvedUrls(Resolved):
    """What the text rule must know of these documents: a file of TEXT records, and its bytes."""

    texts: str
    texts_bytes: int


@dataclass(frozen=True, kw_only=True)
class UrlRule:
    """Task of a partition of URL keys. Writes what became of documents, and what the text rule must know of them."""

    ranking: Ranking

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> ResolvedUrls:
        partition = partition_of(unit)
        table = self.ranking.without_withdrawn(read_range(store, partition.names, partition.range))
        column = {name: table[name].to_numpy() for name in table.column_names}
        docs = self.ranking.candidates(column["doc_id"], column["fetched_at"], column["quality"], column["size_bytes"])
        ones = np.ones(table.num_rows, np.int64)
        low = column["low"] ^ column["fragment"]  # of one page, equal only with equal fragments
        found = resolve_exact(column["key"], low, docs, ones, self.ranking.prefer)
        changed = np.concatenate((found.removals.removed, found.survivor))
        copies = np.concatenate((np.zeros(len(found.removals.removed), np.int64), found.copies))
        by_id = np.argsort(column["doc_id"])
        rows = by_id[np.searchsorted(column["doc_id"], changed, sorter=by_id)]
        told = pa.table(
            {
                "key": column["text_high"][rows],
                "doc_id": changed,
                "low": column["text_low"][rows],
                "fetched_at": column["fetched_at"][rows],
                "quality": column["quality"][rows],
                "copies": copies,
            },
            schema=TEXT,
        )
        texts = f"{folder}/{unit['name']}.texts.arrow"
        store.publish(texts, encoded(told).to_pybytes())
        return {**written(store, folder, unit, "url", found), "texts": texts, "texts_bytes": told.nbytes}


@dataclass(frozen=True, kw_only=True)
class TextRule:
    """Task of a partition of text keys, among documents that the URL rule left."""

    ranking: Ranking

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Resolved:
        partition = partition_of(unit)
        table = latest(self.ranking.without_withdrawn(read_range(store, partition.names, partition.range)))
        column = {name: table[name].to_numpy() for name in table.column_names}
        sizes = np.zeros(table.num_rows, np.int64)  # equal texts are equally long
        docs = self.ranking.candidates(column["doc_id"], column["fetched_at"], column["quality"], sizes)
        found = resolve_exact(column["key"], column["low"], docs, column["copies"], self.ranking.prefer)
        return written(store, folder, unit, "text", found)


def latest(table: pa.Table) -> pa.Table:
    """One record a document, with what the URL rule said of it; without the documents it removed.

    The table is sorted by (key, doc_id); the rule's record holds 0 or at least 2 copies, the other one 1.
    """
    ids, copies = table["doc_id"].to_numpy(), table["copies"].to_numpy()
    again = np.zeros(len(ids), np.bool_)
    again[1:] = ids[1:] == ids[:-1]
    second = np.flatnonzero(again)
    said = copies.copy()
    said[second - 1] = np.where(copies[second] != 1, copies[second], copies[second - 1])
    said[second] = 0
    return table.set_column(table.column_names.index("copies"), "copies", pa.array(said)).filter(pa.array(said > 0))


def written(store: Store, folder: str, unit: PartitionUnit, rule: str, found: ExactOutcome) -> Resolved:
    """Write the outcomes of a partition; how many were removed, and where that stands."""
    removed = outcome(found.removals.removed, reason=REASONS.index(rule), survivor=found.removals.survivor)
    kept = outcome(found.survivor, reason=KEPT, copies=found.copies)
    table = pa.concat_tables([removed, kept])
    name = f"{folder}/{unit['name']}.outcomes.arrow"
    store.publish(name, encoded(table).to_pybytes())
    return {"outcomes": name, "outcomes_bytes": table.nbytes, "removed": len(found.removals.removed)}
