"""What earlier phases said of one shard's documents, fetched from the partition in which the shard lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Required, TypedDict

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup.records import ADDED, KEPT, OUTCOME, shard_range
from corpusmill.pipeline.dedup.settings import EnteredShard, shard_number
from corpusmill.pipeline.exchange.key_range import KeyRange
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import Partition, run_exchange
from corpusmill.pipeline.execution.phases import Work


def by_shard(
    work: Work, files: Mapping[str, int], shards: Sequence[EnteredShard], *, label: str
) -> list[tuple[str, ...]]:
    """For each shard, the files that may hold its records, after the rounds that their number and size ask for."""
    if not files:
        return [()] * len(shards)
    partitions = run_exchange(files, label=label, phase=work.phase, unit_bytes=work.unit_bytes)
    return [_holding(partitions, KeyRange(*shard_range(s.number))) for s in shards]


def _holding(partitions: Sequence[Partition], key_range: KeyRange) -> tuple[str, ...]:
    bits = partitions[0].range.bits
    return partitions[key_range.index >> (key_range.bits - bits)].names


def of_shard(store: Store, names: Sequence[str], number: int, schema: pa.Schema) -> pa.Table:
    """The records of one shard's documents, sorted by doc_id."""
    if not names:
        return schema.empty_table()
    table = read_range(store, names, KeyRange(*shard_range(number)))
    return table.filter(pa.array(shard_number(table["doc_id"].to_numpy()) == number))


class ShardUnit(TypedDict, total=False):
    """A shard: its ingest unit, its number, what an earlier deduplication left of it (null: nothing), and the files to
    look into for its members and its outcomes so far.

    settled: its table of duplicates; sets: its file of shingle sets.
    """

    name: Required[str]
    number: Required[int]
    settled: Required[str | None]
    sets: Required[str | None]
    members: list[str]
    outcomes: list[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdicts:
    """One shard's outcomes so far, sorted by doc_id.

    `removed`: rows of OUTCOME, one a document; `doc_id`, `copies`, `cluster_id` (-1: none): of the documents that stay
    and stand for more than one.
    """

    removed: pa.Table
    doc_id: np.ndarray
    copies: np.ndarray
    cluster_id: np.ndarray

    def copies_of(self, doc_ids: np.ndarray) -> np.ndarray:
        """How many documents each of these, none of them removed, stands for."""
        at = np.searchsorted(self.doc_id, doc_ids)
        at_most = np.minimum(at, max(0, len(self.doc_id) - 1))
        if not len(self.doc_id):
            return np.ones(len(doc_ids), np.int64)
        return np.where(self.doc_id[at_most] == doc_ids, self.copies[at_most], 1)


def verdicts(outcomes: pa.Table) -> Verdicts:
    """The last word on each document: a removal; else the copies an exact rule gave it and those the near rule adds."""
    reason = outcomes["reason"].to_numpy()
    removed = outcomes.filter(pa.array(reason >= 0)).sort_by("doc_id")
    column = {n: outcomes[n].to_numpy()[reason < 0] for n in OUTCOME.names}
    staying = ~np.isin(column["doc_id"], removed["doc_id"].to_numpy())
    column = {n: values[staying] for n, values in column.items()}
    ids, at = np.unique(column["doc_id"], return_inverse=True)
    kept, added = column["reason"] == KEPT, column["reason"] == ADDED
    copies = np.ones(len(ids), np.int64)
    np.maximum.at(copies, at[kept], column["copies"][kept])
    np.add.at(copies, at[added], column["copies"][added])
    cluster = np.full(len(ids), np.iinfo(np.int64).max)
    np.minimum.at(cluster, at[added], column["cluster_id"][added])
    cluster[cluster == np.iinfo(np.int64).max] = -1
    return Verdicts(removed=removed, doc_id=ids, copies=copies, cluster_id=cluster)


def shard_units(
    shards: Sequence[EnteredShard],
    *,
    outcomes: Sequence[tuple[str, ...]] | None = None,
    members: Sequence[tuple[str, ...]] | None = None,
) -> list[ShardUnit]:
    """One unit a shard. outcomes, members: the files to look into, for each shard."""
    units: list[ShardUnit] = []
    for i, shard in enumerate(shards):
        unit = ShardUnit(name=shard.unit, number=shard.number, settled=shard.resolved, sets=shard.sets)
        if outcomes is not None:
            unit["outcomes"] = list(outcomes[i])
        if members is not None:
            unit["members"] = list(members[i])
        units.append(unit)
    return units
