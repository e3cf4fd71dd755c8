"""Which lines too many documents hold, and which of them each shard has: two exchanges, no line in the driver.

The first exchange brings the counts of a line together, by its hash; the second brings every shard the hashes of its
own lines that are to go. A shard is judged by the shards of its own run and of earlier ones: what an update brings
changes nothing that was published before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.rewrite.common_lines import HASH, CommonLines
from corpusmill.pipeline.dedup.gathering import by_shard
from corpusmill.pipeline.dedup.records import shard_keys, shard_range
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.key_range import KeyRange
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of, run_exchange
from corpusmill.pipeline.execution.phases import Unit, Work
from corpusmill.pipeline.execution.tally import check
from corpusmill.pipeline.files.ids import ROW_BITS, SHARD_BITS
from corpusmill.pipeline.stages.gathered.answer import publish_answer
from corpusmill.pipeline.stages.gathered.kind import Found, Gathered
from corpusmill.pipeline.stages.gathered.lines import GatherLines
from corpusmill.pipeline.workspace.shards import UnitFiles

# A line that is to go, under a shard that has it. `key`: `shard_keys` of the shard, then the first bits of the hash.
ENTRY = pa.schema({"key": pa.uint64(), "shard": pa.int64(), "hash": pa.uint64()})


class Lines:
    """The kind for `rewrite.common_lines`: each answer has the sorted hashes of the lines that are to go."""

    stage: ClassVar[str] = "lines"

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: CommonLines) -> GatherLines:
        """Count the lines of a shard."""
        return GatherLines(folder, name, shard, awaited)

    def combine(self, work: Work, gathered: Gathered, awaited: CommonLines) -> Found:
        """Find the lines that too many documents hold."""
        counts = sum(of_unit["counts"] for of_unit in gathered.facts.values())
        return common_lines(
            work, gathered.files(), gathered.entered(), max_documents=awaited.max_documents, counts=counts
        )


def common_lines(
    work: Work, files: Mapping[str, int], shards: Sequence[EnteredShard], *, max_documents: int, counts: int
) -> Found:
    """What stands in more than `max_documents` documents. counts: records in `files`, to see that none is lost."""
    partitions = run_exchange(files, label="counts", phase=work.phase, unit_bytes=work.unit_bytes)
    units = [p.to_unit() for p in partitions if p.names]
    hot = work.phase("common", units, FindCommon(max_documents=max_documents), size_bytes=sum(files.values()))
    check("counts of lines", came=counts, went={"looked at": sum(r["counts"] for r in hot)})
    entries = {r["entries"]: r["entries_bytes"] for r in hot}
    told = by_shard(work, entries, shards, label="entries")
    units = [{"name": s.unit, "number": s.number, "files": list(n)} for s, n in zip(shards, told, strict=True)]
    lists = work.phase("lists", units, write_list, size_bytes=sum(entries.values()))
    check(
        "lines that are to go",
        came=sum(r["entries_rows"] for r in hot),
        went={"shards": sum(r["lines"] for r in lists)},
    )
    facts = {"different_lines": sum(r["lines"] for r in hot), "counted_lines": sum(r["different"] for r in hot)}
    return Found(answers={u["name"]: r["list"] for u, r in zip(units, lists, strict=True)}, facts=facts)


@dataclass(frozen=True, kw_only=True)
class FindCommon:
    """Task of a partition of counts: an entry for each line that is to go and each shard that has it."""

    max_documents: int

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Mapping[str, Any]:
        partition = partition_of(unit)
        table = read_range(store, partition.names, partition.range)
        hashes, shards = table["key"].to_numpy(), table["shard"].to_numpy()
        goes = held_by(hashes, shards >> np.int64(SHARD_BITS), table["documents"].to_numpy()) > self.max_documents
        goes[1:] &= (hashes[1:] != hashes[:-1]) | (shards[1:] != shards[:-1])  # a shard's counts may come in pieces
        hashes, shards, all_hashes = hashes[goes], shards[goes], hashes
        rows = (hashes >> np.uint64(64 - ROW_BITS)).astype(np.int64)
        entries = pa.table([shard_keys(shards << np.int64(ROW_BITS) | rows), shards, hashes], schema=ENTRY)
        name = f"{folder}/{unit['name']}.entries.arrow"
        store.publish(name, encoded(entries).to_pybytes())
        return {
            "entries": name,
            "entries_bytes": entries.nbytes,
            "entries_rows": entries.num_rows,
            "lines": different(hashes),
            "different": different(all_hashes),
            "counts": table.num_rows,
        }


def held_by(hashes: np.ndarray, runs: np.ndarray, documents: np.ndarray) -> np.ndarray:
    """For each record, sorted by (hash, run): the documents that hold its line, over its own run and earlier ones.

    >>> held_by(np.array([5, 5, 5, 8], np.uint64), np.array([0, 0, 1, 0]), np.array([1, 2, 4, 8])).tolist()
    [3, 3, 7, 8]
    """
    if not len(hashes):
        return np.zeros(0, np.int64)
    sums = np.cumsum(documents.astype(np.int64))
    new_hash = np.ones(len(hashes), np.bool_)
    new_hash[1:] = hashes[1:] != hashes[:-1]
    last_of_run = np.ones(len(hashes), np.bool_)
    last_of_run[:-1] = new_hash[1:] | (runs[1:] != runs[:-1])
    ends = np.flatnonzero(last_of_run)
    through = sums[ends[np.searchsorted(ends, np.arange(len(hashes)))]]
    begins = np.flatnonzero(new_hash)
    before = np.concatenate((np.zeros(1, np.int64), sums))[begins]
    return through - before[np.cumsum(new_hash) - 1]


def different(sorted_values: np.ndarray) -> int:
    return int(np.count_nonzero(sorted_values[1:] != sorted_values[:-1])) + int(len(sorted_values) > 0)


def write_list(store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
    """Task of a shard: its list, sorted, in a file named by its content."""
    hashes = np.zeros(0, np.uint64)
    if unit["files"]:
        table = read_range(store, unit["files"], KeyRange(*shard_range(unit["number"])))
        hashes = np.sort(table["hash"].to_numpy()[table["shard"].to_numpy() == unit["number"]])
    return {"list": publish_answer(store, hashes.astype(HASH).tobytes(), "u64"), "lines": len(hashes)}
