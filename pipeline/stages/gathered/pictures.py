"""Which pictures give way to a better one with a near hash: those that differ in few bits are joined to clusters.

Each hash goes to 32 places, one for each of its bytes; of the pairs that meet there those that are near are edges, and
what edges join is judged whole (`operators.text.hamming`).
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import Batch
from corpusmill.operators.decide.similar_pictures import SimilarPictures
from corpusmill.operators.dedup.components import contracted
from corpusmill.operators.dedup.edges import Edges
from corpusmill.operators.text.hamming import HASH_BYTES, first_near, near_pairs, words_of
from corpusmill.operators.text.ranking import entries_of
from corpusmill.pipeline.dedup.grouping import EdgesWritten, joined, publish_edges
from corpusmill.pipeline.dedup.records import spread
from corpusmill.pipeline.exchange.reading import read_range
from corpusmill.pipeline.exchange.rounds import PartitionUnit, partition_of, run_exchange
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.gathered.kind import Found, Gathered
from corpusmill.pipeline.stages.gathered.pieces import Pieces
from corpusmill.pipeline.stages.gathered.similar import (
    SendClustered,
    give_way,
    in_order_of_clusters,
    publish_goes,
    require_sizes,
)
from corpusmill.pipeline.workspace.shards import UnitFiles

FOLDER = "similar_pictures"
HASH = pa.binary(HASH_BYTES)
MAX_CLUSTER = 10_000_000  # pictures judged in one task, 0.7 GB; a guess
ALIKE = "decide.similar_pictures: {} pictures resemble one another"
FEWER = (
    "lower `distance`, raise `min_quality`, or put `decide.at_most: {by: pdq}` before it, which drops those with the "
    "same hash"
)
PIECE_ROWS = 50_000  # pictures whose places are written together: 77 MB
# A picture as it is compared, and the same at one of its places.
HASHED = pa.schema({"doc_id": pa.int64(), "rank": pa.uint64(), "tie": pa.uint64(), "hash": HASH})
PLACED = pa.schema({"key": pa.uint64(), "doc_id": pa.int64(), "hash": HASH})


class GatherHashes:
    """Takes the documents of a shard; on `facts` their hashes are in `similar_pictures/NAME.parquet`, their places in
    `similar_pictures/NAME.000.arrow` and on.
    """

    def __init__(self, folder: Path, name: str, shard: UnitFiles, awaited: SimilarPictures) -> None:
        self.name, self.awaited = name, awaited
        self._pieces = Pieces(folder, FOLDER, name)
        self._hashed = TableWriter(folder / FOLDER / f"{name}.parquet", HASHED)
        self._hashed.__enter__()
        self._waiting = [HASHED.empty_table()]

    def add(self, batch: Batch) -> None:
        table = hashed(batch, self.awaited)
        self._hashed.write(table)
        self._waiting.append(table)
        if sum(t.num_rows for t in self._waiting) >= PIECE_ROWS:
            self._write()

    def facts(self) -> Mapping[str, Any]:
        if len(self._waiting) > 1 or not self._pieces.written:
            self._write()
        self._hashed.__exit__(None, None, None)
        return {"files": self._pieces.written, "compared": f"{FOLDER}/{self.name}.parquet"}

    def _write(self) -> None:
        self._pieces.write(places(pa.concat_tables(self._waiting)))
        self._waiting = [HASHED.empty_table()]


def hashed(batch: Batch, awaited: SimilarPictures) -> pa.Table:
    """Columns of HASHED for the documents that are compared."""
    mine = Batch(batch.table.filter(pa.array(awaited.compared(batch))))
    entries = entries_of(mine, awaited.ranking())
    digits = "".join(mine.column(awaited.hash).to_pylist())
    column = pa.Array.from_buffers(HASH, mine.num_rows, [None, pa.py_buffer(bytes.fromhex(digits))])
    return pa.table([entries["doc_id"], entries["rank"], entries["tie"], column], schema=HASHED)


def places(table: pa.Table) -> pa.Table:
    """Columns of PLACED: each picture under its bytes, all first bytes before all second ones."""
    data = bytes_of(table)
    keys = spread((np.arange(HASH_BYTES)[:, None] << 8 | data.T).ravel().astype(np.int64))
    ids = np.tile(table["doc_id"].to_numpy(), HASH_BYTES)
    column = pa.Array.from_buffers(HASH, len(ids), [None, pa.py_buffer(data.tobytes() * HASH_BYTES)])
    return pa.table([keys, ids, column], schema=PLACED)


def bytes_of(table: pa.Table) -> np.ndarray:
    """The column `hash` as uint8[n, HASH_BYTES]."""
    column = pa.concat_arrays([pa.array([], HASH), *table["hash"].chunks])
    return np.frombuffer(column.buffers()[1] or b"", np.uint8)[: len(column) * HASH_BYTES].reshape(-1, HASH_BYTES)


class FindSimilarPictures:
    """The kind for `decide.similar_pictures`: each answer has the documents that give way, and what to."""

    stage: ClassVar[str] = "similar_pictures"

    def gather(self, folder: Path, name: str, shard: UnitFiles, awaited: SimilarPictures) -> GatherHashes:
        """Collect the hashes of a shard's pictures, and the places where near ones meet."""
        return GatherHashes(folder, name, shard, awaited)

    def combine(self, work: Work, gathered: Gathered, awaited: SimilarPictures) -> Found:
        """Find which pictures give way to a better one."""
        files = gathered.files()
        partitions = run_exchange(files, label="places", phase=work.phase, unit_bytes=work.unit_bytes)
        parts = [p.to_unit() for p in partitions if p.names]
        found = work.phase("near", parts, Join(distance=awaited.distance), size_bytes=sum(files.values()))
        members = joined(work, {r["edges"]: r["bytes"] for r in found})
        compared = {unit: of_unit["compared"] for unit, of_unit in gathered.facts.items()}
        send, judge = SendClustered(columns=HASHED), JudgePictures(distance=awaited.distance)
        return give_way(work, members, gathered.entered(), compared, send=send, judge=judge)


@dataclass(frozen=True, kw_only=True)
class Join:
    """Task of a partition of places: the edges that join near hashes."""

    distance: int

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> EdgesWritten:
        partition = partition_of(unit)
        table = read_range(store, partition.names, partition.range)
        keys, ids, data = table["key"].to_numpy(), table["doc_id"].to_numpy(), bytes_of(table)
        order = np.lexsort((ids, keys))
        keys, ids, data = keys[order], ids[order], data[order]
        found = [np.empty((2, 0), np.int64)]
        begins = np.flatnonzero(np.diff(keys, prepend=keys[:1] ^ np.uint64(1)))
        for begin, end in itertools.pairwise([*begins.tolist(), len(keys)]):
            if end - begin > 1:
                found.append(begin + self._pairs(data[begin:end], keys[begin]))
        pairs = ids[np.concatenate(found, axis=1)]
        edges = Edges(low=pairs.min(axis=0), high=pairs.max(axis=0))
        return publish_edges(store, folder, unit, contracted(edges), both_ends=True)

    def _pairs(self, data: np.ndarray, key: np.uint64) -> np.ndarray:
        """Rows that are near each other, int64[2, n], of hashes with one byte in common."""
        place = _PLACES[int(key)]
        return np.stack(near_pairs(words_of(data.tobytes()), data[:, place ^ 1], self.distance))


# Of which byte of a hash each key is.
_PLACES = {int(k): n >> 8 for n, k in enumerate(spread(np.arange(HASH_BYTES << 8)).tolist())}


@dataclass(frozen=True, kw_only=True)
class JudgePictures:
    """Task of a partition of clusters: what gives way to what, under its shard."""

    distance: int

    def __call__(self, store: Store, folder: str, unit: PartitionUnit) -> Mapping[str, Any]:
        partition = partition_of(unit)
        table = read_range(store, partition.names, partition.range)
        require_sizes(table["cluster_id"].to_numpy(), MAX_CLUSTER, ALIKE, FEWER)
        table = in_order_of_clusters(table)
        hashes = words_of(bytes_of(table).tobytes())
        row, away = first_near(hashes, table["cluster_id"].to_numpy(), self.distance)
        return publish_goes(store, folder, unit, table["doc_id"].to_numpy(), row, away.astype(np.float32))
