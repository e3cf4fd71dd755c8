"""The tables of duplicates: one a shard, for every document that goes and every one that stands for others."""

import hashlib
import io
from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.dedup.gathering import ShardUnit, Verdicts, of_shard, verdicts
from corpusmill.pipeline.dedup.records import OUTCOME, REASONS, TAKEDOWN
from corpusmill.pipeline.dedup.settings import shard_number
from corpusmill.pipeline.dedup.shape import Shape, Sources, shape
from corpusmill.pipeline.dedup.tombstones import Down

FEW = 16  # removed documents that a unit of the next stage names, so that it need not read the table; a guess

# `reason` is null for a document that stays; then `copies` says how many documents it stands for, itself counted.
SCHEMA = pa.schema(
    {
        "doc_id": pa.int64(),
        "reason": pa.string(),
        "survivor": pa.int64(),
        "similarity": pa.float32(),
        "cluster_id": pa.int64(),
        "band": pa.int16(),
        "copies": pa.int64(),
    }
)


class TableWritten(TypedDict):
    """A shard's table of duplicates, and what became of its documents.

    few_removed: doc_ids of all that were removed, where they are few (earlier versions did not say); entered: all;
    removed: by rule; takedown: those that are on the list and their copies; copies: that the documents which stay stand
    for; without_words: that the near rule cannot compare; shape: counts for the report.
    """

    table: str
    few_removed: NotRequired[list[int] | None]
    entered: int
    shape: Shape
    without_words: int
    removed: dict[str, int]
    takedown: int
    copies: int


@dataclass(frozen=True, kw_only=True)
class WriteTable:
    """Task of a shard: its outcomes, from all rules, as one Parquet table named by its content."""

    down: Down
    sources: Sources

    def __call__(self, store: Store, folder: str, unit: ShardUnit) -> TableWritten:
        found = verdicts(of_shard(store, unit.get("outcomes", []), unit["number"], OUTCOME))
        entered, blank = sketched(store, f"sketches/{unit['name']}.parquet")
        down = self._taken_down(found, unit["number"])
        table = duplicates(found, down)
        payload = encoded_table(table)
        name = f"duplicates/{unit['name']}/{hashlib.sha256(payload).hexdigest()[:32]}.parquet"
        store.publish(name, payload)
        codes = np.bincount(found.removed["reason"].to_numpy(), minlength=len(REASONS))
        removed = {reason: int(n) for reason, n in zip(REASONS, codes, strict=True)} | {TAKEDOWN: len(down)}
        taken = int(found.copies_of(down).sum())
        stay = entered - sum(removed.values())
        named = ~np.isin(found.doc_id, down)
        return {
            "table": name,
            "few_removed": few_removed(table),
            "entered": entered,
            "shape": shape(table, self.sources),
            "without_words": blank,
            "removed": removed,
            "takedown": taken,
            "copies": stay - int(named.sum()) + int(found.copies[named].sum()),
        }

    def _taken_down(self, found: Verdicts, number: int) -> np.ndarray:
        """This shard's documents that are taken down, of those that no rule removed."""
        ids = self.down.ids
        return np.setdiff1d(ids[shard_number(ids) == number], found.removed["doc_id"].to_numpy())


def duplicates(found: Verdicts, down: np.ndarray) -> pa.Table:
    """Rows of SCHEMA, sorted by doc_id. down: documents taken down; they keep the `copies` they stood for."""
    gone = found.removed
    named = ~np.isin(found.doc_id, down)
    staying = pa.table({"doc_id": found.doc_id, "cluster_id": found.cluster_id, "copies": found.copies})
    staying = staying.filter(pa.array(named))
    taken = pa.table(
        {"doc_id": down, "reason": pa.repeat(TAKEDOWN, len(down)), "copies": pa.array(found.copies_of(down))}
    )
    removed = pa.table(
        {
            "doc_id": gone["doc_id"],
            "reason": np.array(REASONS, object)[gone["reason"].to_numpy()],
            "survivor": gone["survivor"],
            "similarity": _or_null(gone["similarity"].to_numpy(), np.isnan(gone["similarity"].to_numpy())),
            "cluster_id": _or_null(gone["cluster_id"].to_numpy(), gone["cluster_id"].to_numpy() < 0),
            "band": _or_null(gone["band"].to_numpy(), gone["band"].to_numpy() < 0),
        }
    )
    clusters = staying["cluster_id"].to_numpy()
    staying = staying.set_column(1, "cluster_id", _or_null(clusters, clusters < 0))
    tables = [SCHEMA.empty_table(), *(_with_all_columns(t) for t in (removed, staying, taken))]
    return pa.concat_tables(tables).sort_by("doc_id").combine_chunks()


def few_removed(table: pa.Table) -> list[int] | None:
    """The documents that a table of duplicates removes, where they are so few that a unit can name them; else None."""
    gone = table["doc_id"].filter(table["reason"].is_valid())
    return gone.to_pylist() if len(gone) <= FEW else None


def _or_null(values: np.ndarray, blank: np.ndarray) -> pa.Array:
    return pa.array(values, mask=blank)


def _with_all_columns(table: pa.Table) -> pa.Table:
    n, there = table.num_rows, table.column_names
    return pa.table({f.name: table[f.name] if f.name in there else pa.nulls(n, f.type) for f in SCHEMA}, schema=SCHEMA)


def encoded_table(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", compression_level=3)
    return out.getvalue()


def sketched(store: Store, name: str) -> tuple[int, int]:
    """How many documents a shard has, and how many of them have no words (0 where the near rule is off)."""
    with store.open(name) as f:
        file = pq.ParquetFile(f)
        if "word_count" not in file.schema_arrow.names:
            return file.metadata.num_rows, 0
        words = file.read(columns=["word_count"])["word_count"].to_numpy()
        return len(words), int((words == 0).sum())
