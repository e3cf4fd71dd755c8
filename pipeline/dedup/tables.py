"""The tables of duplicates: one a shard, for every document that goes and every one that stands for others."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cluster.storage import Store
from pipeline.dedup.gathering import Fates, fates, of_shard
from pipeline.dedup.phases import Unit
from pipeline.dedup.records import OUTCOME, REASONS

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


def table_unit(store: Store, folder: str, unit: Unit) -> Mapping[str, Any]:
    """Task of a shard: its outcomes, from all rules, as one Parquet table named by its content."""
    found = fates(of_shard(store, unit["outcomes"], unit["number"], OUTCOME))
    payload = encoded_table(duplicates(found))
    name = f"duplicates/{unit['name']}/{hashlib.sha256(payload).hexdigest()[:32]}.parquet"
    store.publish(name, payload)
    entered, blank = sketched(store, f"sketches/{unit['name']}.parquet")
    codes = np.bincount(found.removed["reason"].to_numpy(), minlength=len(REASONS))
    removed = int(codes.sum())
    return {
        "table": name,
        "entered": entered,
        "without_words": blank,
        "removed": {reason: int(n) for reason, n in zip(REASONS, codes, strict=True)},
        "copies": entered - removed - len(found.doc_id) + int(found.copies.sum()),
    }


def duplicates(found: Fates) -> pa.Table:
    """Rows of SCHEMA, sorted by doc_id."""
    gone = found.removed
    codes = gone["reason"].to_numpy()
    near = codes == REASONS.index("near")
    kept_cluster = found.cluster_id
    n, m = gone.num_rows, len(found.doc_id)
    similarity = gone["similarity"].to_numpy()
    columns = {
        "doc_id": np.concatenate((gone["doc_id"].to_numpy(), found.doc_id)),
        "reason": np.concatenate((np.array(REASONS, object)[codes], np.full(m, None))),
        "survivor": pa.array(np.append(gone["survivor"].to_numpy(), np.zeros(m, np.int64)), mask=np.arange(n + m) >= n),
        "similarity": pa.array(
            np.append(similarity, np.zeros(m, np.float32)), mask=np.append(np.isnan(similarity), np.ones(m, np.bool_))
        ),
        "cluster_id": pa.array(
            np.append(gone["cluster_id"].to_numpy(), kept_cluster), mask=np.append(~near, kept_cluster < 0)
        ),
        "band": pa.array(
            np.append(gone["band"].to_numpy(), np.zeros(m, np.int16)),
            mask=np.append(gone["band"].to_numpy() < 0, np.ones(m, np.bool_)),
        ),
        "copies": pa.array(np.append(np.zeros(n, np.int64), found.copies), mask=np.arange(n + m) < n),
    }
    return pa.table(columns, schema=SCHEMA).sort_by("doc_id")


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
