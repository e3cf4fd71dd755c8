"""Which documents give way to a similar, better one: bands join them to clusters, and each cluster is judged whole.

A document is dropped only for one that stays. Clusters are found as in deduplication (`pipeline.dedup.grouping`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import StageFailed
from corpusmill.operators.decide.similar import GIVES_WAY, Similar
from corpusmill.operators.text.alike import better_ones
from corpusmill.operators.text.ranking import RUN_SHIFT
from corpusmill.pipeline.dedup.gathering import by_shard, of_shard
from corpusmill.pipeline.dedup.grouping import group
from corpusmill.pipeline.dedup.members import gathered, row_groups_of
from corpusmill.pipeline.dedup.records import MEMBER, shard_keys, spread
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of, run_exchange
from corpusmill.pipeline.execution.phases import Unit, Work
from corpusmill.pipeline.execution.tally import check
from corpusmill.pipeline.stages.gathered.answer import publish_answer
from corpusmill.pipeline.stages.gathered.kind import Found, Gathered
from corpusmill.pipeline.stages.gathered.words import BANDS, COMPARED, GatherWords
from corpusmill.pipeline.workspace.shards import UnitFiles

MAX_CLUSTER = 1_000_000  # documents judged in one task, 1.5 GB; a guess
ALIKE = "decide.similar: {} documents share words with one another"
FEWER = "compare another `field`, such as `prompt`, or put a step before it that drops more"
# A document that gives way, under its shard.
GOES = pa.schema([pa.field("key", pa.uint64()), *GIVES_WAY])


class FindSimilar:
    """The kind for `decide.similar`: each answer has the documents that give way, and what to."""

    stage: ClassVar[str] = "similar"

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: Similar) -> GatherWords:
        """Collect the words of a shard's documents, and the bands that bring similar ones together."""
        return GatherWords(folder, name, shard, awaited)

    def combine(self, work: Work, gathered: Gathered, awaited: Similar) -> Found:
        """Find which documents give way to a better one."""
        compared = {unit: of_unit["compared"] for unit, of_unit in gathered.facts.items()}
        return similar(work, gathered.files(), gathered.entered(), awaited, compared)


def similar(
    work: Work, files: Mapping[str, int], shards: Sequence[EnteredShard], awaited: Similar, compared: Mapping[str, str]
) -> Found:
    """What gives way. files: of bands; compared: for each unit the table of its documents."""
    members, _ = group(work, files)
    judge = Judge(measure=awaited.measure, threshold=awaited.threshold)
    return give_way(work, members, shards, compared, send=SendClustered(columns=COMPARED), judge=judge)


def give_way(
    work: Work,
    members: Mapping[str, int],
    shards: Sequence[EnteredShard],
    compared: Mapping[str, str],
    *,
    send: "SendClustered",
    judge: Callable[[Store, str, PartitionUnit], Mapping[str, Any]],
) -> Found:
    """Bring the documents of each cluster together, and find what gives way there. members: files of MEMBER records.

    judge: the task of a partition of clusters, which writes GOES.
    """
    units = _units(shards, by_shard(work, members, shards, label="members"), compared)
    sent = work.phase("send", units, send, size_bytes=sum(members.values()))
    clustered = {name: size for r in sent for name, size in r["files"].items()}
    judged: list[Mapping[str, Any]] = []
    if clustered:
        partitions = run_exchange(clustered, label="clusters", phase=work.phase, unit_bytes=work.unit_bytes)
        parts = [p.to_unit() for p in partitions if p.names]
        judged = work.phase("judge", parts, judge, size_bytes=sum(clustered.values()))
    goes = {r["goes"]: r["bytes"] for r in judged}
    units = _units(shards, by_shard(work, goes, shards, label="goes"), compared)
    lists = work.phase("lists", units, write_goes, size_bytes=sum(goes.values()))
    gone = sum(r["rows"] for r in judged)
    check("documents that give way", came=gone, went={"shards": sum(r["rows"] for r in lists)})
    facts = {"clustered": sum(r["documents"] for r in sent), "give_way": gone}
    return Found(answers={u["name"]: r["list"] for u, r in zip(units, lists, strict=True)}, facts=facts)


def _units(
    shards: Sequence[EnteredShard], names: Sequence[Sequence[str]], compared: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    return [
        {"name": s.unit, "number": s.number, "files": list(n), "compared": compared[s.unit]}
        for s, n in zip(shards, names, strict=True)
    ]


@dataclass(frozen=True, kw_only=True)
class SendClustered:
    """Task of a shard: its documents that are in a cluster, under that. columns: what is sent of each, with doc_id."""

    columns: pa.Schema

    def __call__(self, store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
        members = of_shard(store, unit["files"], unit["number"], MEMBER)
        files: dict[str, int] = {}
        if members.num_rows:
            begin, parts = 0, []
            for piece in row_groups_of(store, unit["compared"], members["doc_id"].to_numpy()):
                cluster = members["cluster_id"].slice(begin, piece.num_rows)
                columns = [pa.array(spread(cluster.to_numpy())), cluster, *(piece[n] for n in self.columns.names)]
                parts.append(pa.table(columns, schema=clustered_schema(self.columns)))
                begin += piece.num_rows
            for table in gathered(parts):
                name = f"{folder}/{unit['name']}-{len(files):03d}.arrow"
                store.publish(name, encoded(table).to_pybytes())
                files[name] = table.nbytes
        return {"files": files, "documents": members.num_rows}


def clustered_schema(columns: pa.Schema) -> pa.Schema:
    """A document under its cluster."""
    return pa.schema([pa.field("key", pa.uint64()), pa.field("cluster_id", pa.int64()), *columns])


def in_order_of_clusters(table: pa.Table) -> pa.Table:
    """Documents sorted by cluster, run, rank and tie: the best of each first, after those of earlier runs."""
    ids = table["doc_id"].to_numpy()
    by = [ids, *(table[n].to_numpy() for n in ("tie", "rank")), ids >> RUN_SHIFT, table["cluster_id"].to_numpy()]
    return table.take(pa.array(np.lexsort(by))).combine_chunks()


def publish_goes(
    store: Store, folder: str, unit: PartitionUnit, ids: np.ndarray, row: np.ndarray, similarity: np.ndarray
) -> Mapping[str, Any]:
    """Write what gives way under its shard. row: for each document the row it gives way to, -1 for none."""
    goes = row >= 0
    out = pa.table([shard_keys(ids[goes]), ids[goes], ids[row[goes]], similarity[goes]], schema=GOES)
    name = f"{folder}/{unit['name']}.goes.arrow"
    store.publish(name, encoded(out).to_pybytes())
    return {"goes": name, "bytes": out.nbytes, "rows": out.num_rows}


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Task of a partition of clusters: what gives way to what, under its shard."""

    measure: str
    threshold: float

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Mapping[str, Any]:
        partition = partition_of(unit)
        table = read_range(store, partition.names, partition.range)
        require_sizes(table["cluster_id"].to_numpy(), MAX_CLUSTER, ALIKE, FEWER)
        table = in_order_of_clusters(table)
        ids, words = table["doc_id"].to_numpy(), table["words"].combine_chunks()
        flat = b"".join(table["bands"].combine_chunks().to_pylist())
        row, similarity = better_ones(
            table["cluster_id"].to_numpy(),
            words.offsets.to_numpy().astype(np.int64) - (words.offsets[0].as_py() if len(words) else 0),
            words.flatten().to_numpy(),
            np.frombuffer(flat, np.uint64).reshape(len(ids), BANDS),
            measure=self.measure,
            threshold=self.threshold,
        )
        return publish_goes(store, folder, unit, ids, row, similarity)


def require_sizes(clusters: np.ndarray, most: int, found: str, remedy: str) -> None:
    """Raise StageFailed where a cluster is too large to be judged in one task.

    clusters: int64, one a document; found: what its members have in common, after their number; remedy: what to do.
    """
    _, sizes = np.unique(clusters, return_counts=True)
    largest = int(sizes.max(initial=0))
    if largest > most:
        raise StageFailed(
            f"{found.format(f'{largest:,}')}, however indirectly, and at most {most:,} can be compared in one task; "
            f"{remedy}"
        )


def write_goes(store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
    """Task of a shard: its documents that give way, sorted, in a file named by its content."""
    table = of_shard(store, unit["files"], unit["number"], GOES).select(GIVES_WAY.names).sort_by("doc_id")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, GIVES_WAY) as writer:
        writer.write_table(table.combine_chunks())
    return {"list": publish_answer(store, sink.getvalue().to_pybytes(), "arrow"), "rows": table.num_rows}
