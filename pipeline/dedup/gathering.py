"""What earlier phases said of one shard's documents, fetched from the partition in which the shard lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from cluster.storage import Store
from pipeline.dedup.phases import Work
from pipeline.dedup.records import KEPT, shard_range
from pipeline.dedup.settings import EnteredShard, shard_number
from pipeline.exchange.key_range import KeyRange
from pipeline.exchange.reading import read_range
from pipeline.exchange.rounds import Partition, run_exchange


def by_shard(
    work: Work, files: Mapping[str, int], shards: Sequence[EnteredShard], *, label: str
) -> list[tuple[str, ...]]:
    """For each shard, the files that may hold its records, after the rounds that their number and size ask for."""
    if not files:
        return [()] * len(shards)
    partitions = run_exchange(files, label=label, phase=work.phase, unit_bytes=work.unit_bytes)
    return [_holding(partitions, KeyRange(*shard_range(s.number))) for s in shards]


def _holding(partitions: Sequence[Partition], wanted: KeyRange) -> tuple[str, ...]:
    bits = partitions[0].range.bits
    return partitions[wanted.index >> (wanted.bits - bits)].names


def of_shard(store: Store, names: Sequence[str], number: int, schema: pa.Schema) -> pa.Table:
    """The records of one shard's documents, sorted by doc_id."""
    if not names:
        return schema.empty_table()
    table = read_range(store, names, KeyRange(*shard_range(number)))
    return table.filter(pa.array(shard_number(table["doc_id"].to_numpy()) == number))


@dataclass(frozen=True, kw_only=True, eq=False)
class Fates:
    """One shard's outcomes so far. `removed`: rows of OUTCOME, one a document; `doc_id`, `copies`: of those that stay
    and stand for more than one document. Both sorted by doc_id.
    """

    removed: pa.Table
    doc_id: np.ndarray
    copies: np.ndarray

    def copies_of(self, doc_ids: np.ndarray) -> np.ndarray:
        """How many documents each of these, none of them removed, stands for."""
        at = np.searchsorted(self.doc_id, doc_ids)
        at_most = np.minimum(at, max(0, len(self.doc_id) - 1))
        if not len(self.doc_id):
            return np.ones(len(doc_ids), np.int64)
        return np.where(self.doc_id[at_most] == doc_ids, self.copies[at_most], 1)


def fates(outcomes: pa.Table) -> Fates:
    """The last word on each document: a removal; else the largest number of copies any rule gave it."""
    reason = outcomes["reason"].to_numpy()
    removed = outcomes.filter(pa.array(reason != KEPT)).sort_by("doc_id")
    kept = outcomes.filter(pa.array(reason == KEPT))
    ids, copies = kept["doc_id"].to_numpy(), kept["copies"].to_numpy()
    staying = ~np.isin(ids, removed["doc_id"].to_numpy())
    ids, copies = ids[staying], copies[staying]
    order = np.lexsort((copies, ids))
    ids, copies = ids[order], copies[order]
    last = np.append(ids[1:] != ids[:-1], np.ones(min(1, len(ids)), np.bool_))
    return Fates(removed=removed, doc_id=ids[last], copies=copies[last])


def shard_units(shards: Sequence[EnteredShard], **files: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    """One unit a shard: its ingest unit, its number and, under each keyword, the files to look into."""
    units = []
    for i, shard in enumerate(shards):
        units.append(
            {"name": shard.unit, "number": shard.number, **{kind: list(names[i]) for kind, names in files.items()}}
        )
    return units
