"""Which documents give way to a better one with a near vector: an exchange brings the documents of a group together."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.errors import StageFailed
from corpusmill.operators.batch import Batch
from corpusmill.operators.decide.similar_vectors import SimilarVectors
from corpusmill.operators.text.apart import nearer_ones
from corpusmill.operators.text.buffers import views
from corpusmill.operators.text.ranking import ENTRY, entries_of, groups_of, in_order
from corpusmill.operators.text.vectors import lengths_of, rounded, vectors_of
from corpusmill.pipeline.dedup.gathering import by_shard
from corpusmill.pipeline.dedup.records import shard_keys
from corpusmill.pipeline.dedup.settings import EnteredShard
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of, run_exchange
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.tally import check
from corpusmill.pipeline.stages.gathered.kind import Found, Gathered
from corpusmill.pipeline.stages.gathered.pieces import Pieces
from corpusmill.pipeline.stages.gathered.similar import GOES, write_goes
from corpusmill.pipeline.workspace.shards import UnitFiles

HELD_BYTES = 50_000_000  # of vectors that wait to be written
MOST_BYTES = 1 << 29  # of the vectors of one group, twice that while they are compared
POINT = np.dtype("<i2")
# A document in its group; `vector`: whole numbers, int16 each (`operators.text.vectors`).
PLACED = pa.schema([*ENTRY, pa.field("vector", pa.large_binary())])


class GatherPoints:
    """Takes the documents of a shard; on `facts` they are in `points/NAME.000.arrow` and on under `folder`."""

    def __init__(self, folder: Path, name: str, shard: UnitFiles, awaited: SimilarVectors) -> None:
        self.awaited = awaited
        self._pieces = Pieces(folder, "points", name)
        self._waiting = [PLACED.empty_table()]

    def add(self, batch: Batch) -> None:
        self._waiting.append(placed(batch, self.awaited))
        if sum(t.nbytes for t in self._waiting) >= HELD_BYTES:
            self._write()

    def facts(self) -> Mapping[str, Any]:
        if len(self._waiting) > 1 or not self._pieces.written:
            self._write()
        return {"files": self._pieces.written}

    def _write(self) -> None:
        table = pa.concat_tables(self._waiting)
        self._pieces.write(table)
        self._waiting = [PLACED.empty_table()]


def placed(batch: Batch, awaited: SimilarVectors) -> pa.Table:
    """Columns of PLACED for the documents that have a group and a vector."""
    column = batch.column(awaited.embedding)
    _, there = groups_of(batch, awaited.by)
    found = [PLACED.empty_table()]
    for dimensions in lengths_of(column):
        vectors, valid = vectors_of(column, dimensions)
        points, has = rounded(vectors)
        mine = valid & has & there
        size = dimensions * POINT.itemsize
        offsets = pa.py_buffer(np.arange(int(mine.sum()) + 1, dtype=np.int64) * size)
        buffers = [None, offsets, pa.py_buffer(points[mine].astype(POINT).tobytes())]
        entries = entries_of(Batch(batch.table.filter(pa.array(mine))), awaited.ranking())
        values = pa.Array.from_buffers(pa.large_binary(), entries.num_rows, buffers)
        found.append(pa.table([*entries.columns, values], schema=PLACED))
    return pa.concat_tables(found)


class FindNearVectors:
    """The kind for `decide.similar_vectors`: each answer has the documents that give way, and what to."""

    stage: ClassVar[str] = "similar_vectors"

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: SimilarVectors) -> GatherPoints:
        """Collect the vectors of a shard's documents under their groups."""
        return GatherPoints(folder, name, shard, awaited)

    def combine(self, work: Work, gathered: Gathered, awaited: SimilarVectors) -> Found:
        """Find which documents give way to a better one."""
        return near_vectors(work, gathered.files(), gathered.entered(), awaited)


def near_vectors(
    work: Work, files: Mapping[str, int], shards: Sequence[EnteredShard], awaited: SimilarVectors
) -> Found:
    """What gives way. files: of documents in their groups."""
    partitions = run_exchange(files, label="points", phase=work.phase, unit_bytes=work.unit_bytes)
    parts = [p.to_unit() for p in partitions if p.names]
    judged = work.phase("judge", parts, Judge(threshold=awaited.threshold), size_bytes=sum(files.values()))
    goes = {r["goes"]: r["bytes"] for r in judged}
    names = by_shard(work, goes, shards, label="goes")
    units = [{"name": s.unit, "number": s.number, "files": list(n)} for s, n in zip(shards, names, strict=True)]
    lists = work.phase("lists", units, write_goes, size_bytes=sum(goes.values()))
    gone = sum(r["rows"] for r in judged)
    check("documents that give way", came=gone, went={"shards": sum(r["rows"] for r in lists)})
    facts = {"compared": sum(r["documents"] for r in judged), "give_way": gone}
    return Found(answers={u["name"]: r["list"] for u, r in zip(units, lists, strict=True)}, facts=facts)


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Task of a partition of groups: what gives way to what, under its shard."""

    threshold: float

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Mapping[str, Any]:
        partition = partition_of(unit)
        table = in_order(read_range(store, partition.names, partition.range)).combine_chunks()
        ids, keys = table["doc_id"].to_numpy(), table["key"].to_numpy()
        row, similarity = np.full(len(ids), -1, np.int64), np.zeros(len(ids), np.float32)
        begins = np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ np.uint64(1)))
        vectors = table["vector"].chunk(0) if len(keys) else pa.array([], pa.large_binary())
        for begin, end in itertools.pairwise([*begins.tolist(), len(keys)]):
            self._judge(vectors.slice(begin, end - begin), begin, row, similarity)
        goes = row >= 0
        out = pa.table([shard_keys(ids[goes]), ids[goes], ids[row[goes]], similarity[goes]], schema=GOES)
        name = f"{folder}/{unit['name']}.goes.arrow"
        store.publish(name, encoded(out).to_pybytes())
        return {"goes": name, "bytes": out.nbytes, "rows": out.num_rows, "documents": len(ids)}

    def _judge(self, vectors: pa.Array, begin: int, row: np.ndarray, similarity: np.ndarray) -> None:
        """Write what gives way in one group, whose first row is `begin`; vectors of one length are compared."""
        check_size(vectors.nbytes, len(vectors))
        data, offsets = views(vectors)
        sizes = np.diff(offsets)
        for size in np.unique(sizes).tolist():
            mine = np.flatnonzero(sizes == size)
            points = data[offsets[mine][:, None] + np.arange(size)].view(POINT).astype(np.float32)
            found, alike = nearer_ones(points, self.threshold)
            row[begin + mine] = np.where(found >= 0, begin + mine[found], -1)
            similarity[begin + mine] = alike


def check_size(size_bytes: int, documents: int) -> None:
    """Raise StageFailed where a group is too large to be judged in one task."""
    if size_bytes > MOST_BYTES:
        raise StageFailed(
            f"decide.similar_vectors: a group has {documents:,} documents with {size_bytes:,} bytes of vectors, and at "
            f"most {MOST_BYTES:,} can be compared in one task; make more clusters (count of signals.clusters), or put "
            "a step before it that drops more"
        )
