"""Names that last: of documents, of work units, of whatever decides an output."""

import hashlib
import importlib.metadata
import json
import unicodedata
from typing import Any

import numpy as np

from corpusmill.errors import IdsExhausted

RUN_BITS, SHARD_BITS, ROW_BITS = 11, 26, 26
SLOT_BITS, SLOT_ROW_BITS = 9, 17  # how small files that share a shard number divide its rows


def doc_ids(*, run: int, shard: int, rows: np.ndarray, uri: str, slot: int = 0) -> np.ndarray:
    """int64 ids, never negative: 11 bits of run, 26 of shard, 26 of row; they sort by (run, shard, row).

    rows: ordinal of each record in its shard as read, before any drop. slot: of a file that shares its shard number
    with others; the first 9 bits of its rows are the slot, and 17 count its records. IdsExhausted names `uri` and the
    remedy.
    """
    if run >> RUN_BITS:
        raise IdsExhausted(f"run {run}: a workspace holds {1 << RUN_BITS} runs; start a new one and publish from both")
    if shard >> SHARD_BITS:
        raise IdsExhausted(
            f"shard {shard} ({uri}): a run holds {1 << SHARD_BITS} shards; split the input over two jobs"
        )
    if len(rows) and int(rows.max()) >> ROW_BITS:
        raise IdsExhausted(f"{uri}: more than {1 << ROW_BITS} records in one shard; split the file")
    if slot and len(rows) and int(rows.max()) >> SLOT_ROW_BITS:
        raise IdsExhausted(f"{uri}: more than {1 << SLOT_ROW_BITS} records in a file that shares a unit with others")
    first = run << (SHARD_BITS + ROW_BITS) | shard << ROW_BITS | slot << SLOT_ROW_BITS
    return np.int64(first) | rows.astype(np.int64)


def shard_of(doc_id: int) -> tuple[int, int, int]:
    """(run, shard, row) of a doc_id.

    >>> shard_of(int(doc_ids(run=1, shard=2, rows=np.array([3]), uri="")[0]))
    (1, 2, 3)
    """
    return doc_id >> (SHARD_BITS + ROW_BITS), doc_id >> ROW_BITS & (1 << SHARD_BITS) - 1, doc_id & (1 << ROW_BITS) - 1


def slot_of(doc_ids: np.ndarray) -> np.ndarray:
    """int64: the slot of the file that each document is of; 0 where its file has a shard number of its own.

    Only where the shard is known to be shared: rows of others may be as high.
    """
    return doc_ids >> np.int64(SLOT_ROW_BITS) & np.int64((1 << SLOT_BITS) - 1)


def libraries() -> dict[str, str]:
    """Versions of what decides bytes everywhere: tables, kernels, the interpreter's character tables."""
    found = {name: importlib.metadata.version(name) for name in ("pyarrow", "numpy", "numba")}
    return found | {"unicode": unicodedata.unidata_version}


def digest(*parts: Any) -> str:
    """32 hex digits that change when any part does; parts are whatever JSON can hold, order of keys apart."""
    told = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()[:32]
