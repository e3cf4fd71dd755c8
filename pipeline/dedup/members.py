"""A shard's documents that share a band with another: what the judgement of their clusters needs, sent there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import Batch
from corpusmill.operators.dedup import minhash
from corpusmill.operators.dedup.evidence import elements
from corpusmill.operators.dedup.judge import UNSETTLED
from corpusmill.operators.dedup.survivors import UNKNOWN_TIME
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.conversation import CONVERSATION_COLUMNS, compared_text
from corpusmill.operators.text.words import WordRule, find_words
from corpusmill.pipeline.config.sections.dedup import NearSpec
from corpusmill.pipeline.dedup.gathering import ShardUnit, Verdicts, of_shard, verdicts
from corpusmill.pipeline.dedup.records import MEMBER, OUTCOME, spread
from corpusmill.pipeline.dedup.settings import Ranking
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.files.tables import read_table

FILE_BYTES = 64 << 20  # bounds what a unit holds beside one row group, however large its shard
SHINGLES = pa.large_list(pa.field("element", pa.uint64(), nullable=False))


def cluster_schema(near: NearSpec) -> pa.Schema:
    """One document under its cluster. `text`: first half of its text's key; `bands`: its uint64 keys; `signature`,
    `shingles`: as `verify` needs them.

    `survivors`: the survivor that an earlier deduplication named (itself where it stayed), UNSETTLED for a new one.
    """
    more = []
    if near.verify == "estimate":
        more.append(pa.field("signature", pa.binary(4 * near.bands * near.rows)))
    if near.verify == "text":
        more.append(pa.field("shingles", SHINGLES))
    return pa.schema(
        [
            pa.field("key", pa.uint64()),
            pa.field("doc_id", pa.int64()),
            pa.field("cluster_id", pa.int64()),
            pa.field("fetched_at", pa.int64()),
            pa.field("quality", pa.float32()),
            pa.field("size_bytes", pa.int64()),
            pa.field("copies", pa.int64()),
            pa.field("settled", pa.int64()),
            pa.field("text", pa.uint64()),
            pa.field("bands", pa.binary(8 * near.bands)),
            *more,
        ]
    )


class Sent(TypedDict):
    """The files that hold a shard's documents under their clusters, with their bytes, and how many documents."""

    files: dict[str, int]
    documents: int


@dataclass(frozen=True, kw_only=True)
class SendMembers:
    """Task of a shard, which has `members`."""

    near: NearSpec
    ranking: Ranking

    def __call__(self, store: Store, folder: str, unit: ShardUnit) -> Sent:
        members = self.ranking.without_withdrawn(of_shard(store, unit.get("members", []), unit["number"], MEMBER))
        said = verdicts(of_shard(store, unit.get("outcomes", []), unit["number"], OUTCOME))
        members = members.filter(pc.invert(pc.is_in(members["doc_id"], value_set=said.removed["doc_id"])))
        settled = earlier_survivors(store, unit["settled"], members["doc_id"].to_numpy())
        if self.near.verify != "none":
            takes_part = pa.array((settled == UNSETTLED) | (settled == members["doc_id"].to_numpy()))
            members, settled = members.filter(takes_part), settled[takes_part.to_numpy(zero_copy_only=False)]
        files: dict[str, int] = {}
        if members.num_rows:
            table = self._described(store, unit, members, settled, said)
            for part in gathered(self._with_sets(store, unit, table)):
                name = f"{folder}/{unit['name']}-{len(files):03d}.arrow"
                store.publish(name, encoded(part).to_pybytes())
                files[name] = part.nbytes
        return {"files": files, "documents": members.num_rows}

    def _described(
        self, store: Store, unit: ShardUnit, members: pa.Table, survivors: np.ndarray, said: Verdicts
    ) -> pa.Table:
        """All that cluster_schema asks for, but the shingles."""
        ids = members["doc_id"].to_numpy()
        sketches = rows_of(store, f"sketches/{unit['name']}.parquet", ids)
        keys = minhash.bands(
            self._minima(sketches["signature"].combine_chunks()), bands=self.near.bands, rows=self.near.rows
        )
        columns = {
            "key": pa.array(spread(members["cluster_id"].to_numpy())),
            "doc_id": members["doc_id"],
            "cluster_id": members["cluster_id"],
            "fetched_at": pc.fill_null(sketches["fetched_at"], int(UNKNOWN_TIME)),
            "quality": pc.fill_null(sketches["quality"], np.nan),
            "size_bytes": sketches["size_bytes"],
            "copies": pa.array(said.copies_of(ids)),
            "settled": pa.array(survivors),
            "text": sketches["text"],
            "bands": pa.Array.from_buffers(pa.binary(8 * self.near.bands), len(ids), [None, pa.py_buffer(keys)]),
            "signature": sketches["signature"],
        }
        return pa.table({n: columns[n] for n in cluster_schema(self.near).names if n != "shingles"})

    def _minima(self, signatures: pa.Array) -> np.ndarray:
        width = self.near.bands * self.near.rows
        flat = np.frombuffer(signatures.buffers()[1], np.uint32)[signatures.offset * width :]
        return flat[: len(signatures) * width].reshape(len(signatures), width)

    def _with_sets(self, store: Store, unit: ShardUnit, table: pa.Table) -> Iterator[pa.Table]:
        """The table in pieces, with shingle sets where they are needed: as an earlier run left them, else from text."""
        if self.near.verify != "text":
            yield table
            return
        ids, begin = table["doc_id"].to_numpy(), 0
        if unit["sets"] is not None:
            pieces = row_groups_of(store, unit["sets"], ids)
        else:
            pieces = sets_of(store, f"documents/{unit['name']}.parquet", ids, self.near)
        for piece in pieces:
            yield table.slice(begin, piece.num_rows).append_column("shingles", piece["shingles"])
            begin += piece.num_rows


def gathered(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The tables, put together until they are large enough for a file."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(t.nbytes for t in waiting) > FILE_BYTES:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def sets_of(store: Store, documents: str, ids: np.ndarray, near: NearSpec) -> Iterator[pa.Table]:
    """doc_id and `shingles`, sorted elements (`operators.dedup.evidence`), of these documents from their text, a row
    group at a time.
    """
    with store.open(documents) as f:
        file = pq.ParquetFile(f)
        for group, wanted in row_groups_with(file, ids):
            names = [n for n in ("doc_id", "text", *CONVERSATION_COLUMNS) if n in file.schema_arrow.names]
            table = file.read_row_group(group, columns=names, use_threads=False)  # a unit has one core
            texts = table.filter(pc.is_in(table["doc_id"], value_set=pa.array(wanted)))
            compared = compared_text(texts)
            batch = Batch(texts if compared is None else pa.table({"text": compared}))
            words = batch.once(find_words, WordRule(near.word_rule))
            found = elements(batch.once(find_text), words, shingle_words=near.shingle_words)
            lists = pa.LargeListArray.from_arrays(pa.array(found.first), pa.array(found.values), type=SHINGLES)
            yield pa.table({"doc_id": wanted, "shingles": lists})


def earlier_survivors(store: Store, table: str | None, ids: np.ndarray) -> np.ndarray:
    """int64: the survivor an earlier deduplication named for each of these documents, itself where it stayed."""
    if table is None:
        return np.full(len(ids), UNSETTLED, np.int64)
    near = near_removals(store, table)
    gone, survivor = near["doc_id"].to_numpy(), near["survivor"].to_numpy()
    at = np.minimum(np.searchsorted(gone, ids), max(0, len(gone) - 1))
    return np.where(gone[at] == ids, survivor[at], ids) if len(gone) else ids


def near_removals(store: Store, table: str) -> pa.Table:
    """Rows of a table of duplicates that the near rule removed, sorted by doc_id."""
    with store.open(table) as f:
        rows = read_table(f)
    return rows.filter(pc.equal(rows["reason"], "near"))


def row_groups_with(file: pq.ParquetFile, ids: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Row groups that hold some of `ids`, with which; both ascend. ValueError when one is missing."""
    there = file.read(columns=["doc_id"])["doc_id"].to_numpy()
    rows = np.searchsorted(there, ids)
    if (rows == len(there)).any() or (there[rows] != ids).any():
        raise ValueError(f"{np.sum(~np.isin(ids, there))} of {len(ids)} documents are not in the file they came from")
    ends = np.cumsum([file.metadata.row_group(g).num_rows for g in range(file.metadata.num_row_groups)])
    group = np.searchsorted(ends, rows, side="right")
    return [(int(g), ids[group == g]) for g in np.unique(group)]


def rows_of(store: Store, name: str, ids: np.ndarray) -> pa.Table:
    """The rows of a Parquet file with these ascending doc_ids, in that order."""
    return pa.concat_tables(list(row_groups_of(store, name, ids))).combine_chunks()


def row_groups_of(store: Store, name: str, ids: np.ndarray) -> Iterator[pa.Table]:
    """As `rows_of`, a row group at a time."""
    with store.open(name) as f:
        file = pq.ParquetFile(f)
        for group, wanted in row_groups_with(file, ids):
            table = file.read_row_group(group, use_threads=False)
            yield table.filter(pc.is_in(table["doc_id"], value_set=pa.array(wanted)))
