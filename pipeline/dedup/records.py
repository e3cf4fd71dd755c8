"""The records that deduplication moves through the exchange: their columns, and the keys they travel by."""

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.hashing import MIX, SPREAD
from corpusmill.pipeline.files.ids import ROW_BITS

# One document under its URL. `key`, `low`: halves of the page's key; `fragment`: as in `operators.dedup.keys.UrlKeys`;
# `text_high`, `text_low`: halves of its text's key.
URL = pa.schema(
    {
        "key": pa.uint64(),
        "doc_id": pa.int64(),
        "low": pa.uint64(),
        "fragment": pa.uint64(),
        "fetched_at": pa.int64(),
        "quality": pa.float32(),
        "size_bytes": pa.int64(),
        "text_high": pa.uint64(),
        "text_low": pa.uint64(),
    }
)
# One document under its text. `copies`: 1; in a second record, what the URL rule made of it: 0 removed, else how many.
TEXT = pa.schema(
    {
        "key": pa.uint64(),
        "doc_id": pa.int64(),
        "low": pa.uint64(),
        "fetched_at": pa.int64(),
        "quality": pa.float32(),
        "copies": pa.int64(),
    }
)
BAND = pa.schema({"key": pa.uint64(), "doc_id": pa.int64()})
# An edge under one of its ends.
EDGE = pa.schema({"key": pa.uint64(), "node": pa.int64(), "other": pa.int64()})
# A document that shares a band with another, under its shard.
MEMBER = pa.schema({"key": pa.uint64(), "doc_id": pa.int64(), "cluster_id": pa.int64()})
# What became of a document, under its shard. `reason`: a code of REASONS; KEPT: an exact rule kept it, for `copies`
# documents; ADDED: the near rule removed documents for it that stood for `copies` more.
OUTCOME = pa.schema(
    {
        "key": pa.uint64(),
        "doc_id": pa.int64(),
        "reason": pa.int8(),
        "survivor": pa.int64(),
        "similarity": pa.float32(),
        "cluster_id": pa.int64(),
        "band": pa.int16(),
        "copies": pa.int64(),
    }
)
REASONS = ("url", "text", "near")  # by their codes
TAKEDOWN = "takedown"
KEPT, ADDED = -1, -2


def spread(values: np.ndarray) -> np.ndarray:
    """uint64 of int64 numbers, one to one, spread evenly over all 64 bits (`operators.text.hashing.finish`)."""
    mixed = values.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(SPREAD)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(MIX)
    return mixed ^ (mixed >> np.uint64(32))


def shard_keys(doc_ids: np.ndarray) -> np.ndarray:
    """Keys that keep the documents of a shard together, in order, and spread shards evenly."""
    row = doc_ids & np.int64((1 << ROW_BITS) - 1)
    above = ~np.uint64((1 << ROW_BITS) - 1)
    return (spread(doc_ids >> np.int64(ROW_BITS)) & above) | row.astype(np.uint64)


def shard_range(number: int) -> tuple[int, int]:
    """(bits, index) of the range of keys that holds the shard with this number (and, hardly ever, another)."""
    bits = 64 - ROW_BITS
    return bits, int(spread(np.array([number], np.int64))[0]) >> ROW_BITS


def outcome(
    doc_id: np.ndarray,
    *,
    reason: np.ndarray | int,
    survivor: np.ndarray | None = None,
    similarity: np.ndarray | None = None,
    cluster_id: np.ndarray | None = None,
    band: np.ndarray | None = None,
    copies: np.ndarray | None = None,
) -> pa.Table:
    """Records of OUTCOME. What is not given is -1, NaN or 0: records are moved as plain numbers, without nulls."""
    n = len(doc_id)

    def column(given: np.ndarray | int | None, blank: float, name: str) -> pa.Array:
        values = np.full(n, blank) if given is None else np.broadcast_to(np.asarray(given), n)
        return pa.array(values.astype(OUTCOME.field(name).type.to_pandas_dtype()))

    columns = {
        "key": pa.array(shard_keys(doc_id)),
        "doc_id": pa.array(doc_id, pa.int64()),
        "reason": column(reason, 0, "reason"),
        "survivor": column(survivor, -1, "survivor"),
        "similarity": column(similarity, np.nan, "similarity"),
        "cluster_id": column(cluster_id, -1, "cluster_id"),
        "band": column(band, -1, "band"),
        "copies": column(copies, 0, "copies"),
    }
    return pa.table(columns, schema=OUTCOME)
