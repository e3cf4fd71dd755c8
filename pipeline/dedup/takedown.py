"""Taking documents down: by content (their copies stay out too) or by address (their best copy may come back).

`index/takedown.json` in the workspace lists them; it only grows. The next deduplication writes other tables for the
shards that hold them, and for no others: what rests on those shards is made again, the rest stays as it is.
"""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cluster.storage import Store
from operators.batch import TEXT
from operators.dedup.keys import url_keys
from pipeline.dedup.settings import EnteredShard, Takedown, shard_number
from pipeline.exchange.key_range import EVERYTHING
from pipeline.exchange.reading import read_part

NAME = "index/takedown.json"


class How(StrEnum):
    """What becomes of the copies of a document that is taken down."""

    CONTENT = "content"
    URL = "url"


def read(store: Store) -> Takedown:
    """Everything taken down so far."""
    try:
        told = json.loads(store.read(NAME))
    except FileNotFoundError:
        return Takedown()
    return Takedown(buried=tuple(told[How.CONTENT]), withdrawn=tuple(told[How.URL]))


def take_down(store: Store, doc_ids: Sequence[int], tables: Mapping[int, str], how: How) -> Takedown:
    """Add documents to the list, and give all of it.

    tables: the tables of duplicates in force, by shard number. By content, a document that went as an equal text takes
    the one that stayed for it along.
    """
    before, ids = read(store), {*doc_ids}
    if how is How.CONTENT:
        ids |= _equal_texts(store, np.array(sorted(ids), np.int64), tables)
    buried = {*before.buried, *(ids if how is How.CONTENT else ())}
    withdrawn = {*before.withdrawn, *(ids if how is How.URL else ())}
    found = Takedown(buried=tuple(sorted(buried)), withdrawn=tuple(sorted(withdrawn)))
    payload = {How.CONTENT: found.buried, How.URL: found.withdrawn}
    store.publish(NAME, json.dumps(payload, sort_keys=True).encode())
    return found


def _equal_texts(store: Store, ids: np.ndarray, tables: Mapping[int, str]) -> set[int]:
    """Survivors of those documents that were removed because their text is equal."""
    found: set[int] = set()
    for number in np.unique(shard_number(ids)).tolist():
        with store.open(tables[number]) as f:
            rows = pq.read_table(f, columns=["doc_id", "reason", "survivor"])
        ours = np.isin(rows["doc_id"].to_numpy(), ids) & (rows["reason"].to_numpy(zero_copy_only=False) == "text")
        found.update(rows["survivor"].filter(pa.array(ours)).to_pylist())
    return found


def documents_at(store: Store, shards: Sequence[EnteredShard], urls: Sequence[str]) -> list[int]:
    """doc_ids of all documents fetched from these addresses, however they are spelt (see operators.dedup.keys)."""
    keys = pa.array(url_keys(pa.array(urls, TEXT)).drop_null())
    wanted = np.frombuffer(b"".join(k.as_py() for k in keys), np.dtype("<u8")).reshape(-1, 2)
    found: list[int] = []
    for shard in shards:
        table = read_part(store, f"keys/{shard.unit}.url.arrow", EVERYTHING)
        high, low = table["key"].to_numpy(), table["low"].to_numpy()
        near = np.flatnonzero(np.isin(high, wanted[:, 0]))
        pairs = {(int(a), int(b)) for a, b in wanted}
        found += [int(table["doc_id"][i].as_py()) for i in near.tolist() if (int(high[i]), int(low[i])) in pairs]
    return sorted(found)
