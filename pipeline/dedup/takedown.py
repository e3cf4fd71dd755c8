"""Documents that must stay out, now and in every later run: a list in the workspace that only grows.

By content, their copies stay out with them; by address, their best copy may come back. The list knows documents by
their number, and by the keys of their text and address, so that the same page in another file stays out too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

import numpy as np
import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.operators.batch import TEXT
from corpusmill.operators.dedup.keys import url_keys
from corpusmill.pipeline.dedup.levels import FilesBytes, sizes
from corpusmill.pipeline.dedup.tombstones import Down, Takedown, Tombstones
from corpusmill.pipeline.exchange.key_range import EVERYTHING
from corpusmill.pipeline.exchange.reading import read_part
from corpusmill.pipeline.execution.phases import Work

NAME = "index/takedown.json"
PAGE_DIGITS = 32  # of the key of a page in hex; 16 more are its fragment's


class How(StrEnum):
    """What becomes of the copies of a document that is taken down."""

    CONTENT = "content"
    URL = "url"


@dataclass(frozen=True, kw_only=True)
class Met:
    """A document that is meant: its doc_id, the key of its text in hex, the keys of the list that match its address."""

    doc_id: int
    text: str
    addresses: tuple[str, ...] = ()


def read(store: Store) -> Takedown:
    """Everything taken down so far."""
    try:
        told = json.loads(store.read(NAME))
    except FileNotFoundError:
        return Takedown()
    buried, withdrawn = (Tombstones(**{k: tuple(v) for k, v in told[how].items()}) for how in (How.CONTENT, How.URL))
    return Takedown(buried=buried, withdrawn=withdrawn)


def write(store: Store, taken: Takedown) -> None:
    """Replace the list; from here on no run publishes what is on it."""
    told = {How.CONTENT: taken.buried, How.URL: taken.withdrawn}
    payload = {how: {"ids": t.ids, "texts": t.texts, "urls": t.urls} for how, t in told.items()}
    store.publish(NAME, json.dumps(payload, sort_keys=True).encode())


def tombstones(met: Sequence[Met], urls: Sequence[str], how: How) -> Takedown:
    """What the list must say to keep these documents, and whatever is ever fetched from these addresses, out."""
    ids, keys = tuple(sorted({m.doc_id for m in met})), tuple(sorted(set(urls)))
    if how is How.URL:
        return Takedown(withdrawn=Tombstones(ids=ids, urls=keys))
    return Takedown(buried=Tombstones(ids=ids, texts=tuple(sorted({m.text for m in met})), urls=keys))


def address_keys(urls: Sequence[str]) -> list[str | None]:
    """The key of each address in hex, however it is spelt, then that of its fragment, if it has one; null for what is
    no address.
    """
    keys = url_keys(pa.array(urls, TEXT))
    pages = zip(keys.page.to_pylist(), keys.fragment, strict=True)
    return [None if page is None else page.hex() + (part.tobytes().hex() if part else "") for page, part in pages]


def down_among(work: Work, units: Sequence[str], taken: Takedown, files_bytes: FilesBytes | None = None) -> Down:
    """The documents of these ingest units that were taken down, and all that the list knows by number.

    files_bytes: see `levels.written_by_ingest`.
    """
    told = {"buried": taken.buried, "withdrawn": taken.withdrawn}
    found = {what: {*stones.ids} for what, stones in told.items()}
    for what, stones in told.items():
        if stones.texts or stones.urls:
            met = met_among(work, units, stones, label=f"down-{what}", files_bytes=files_bytes)
            found[what] |= {m.doc_id for m in met}
    return Down(buried=tuple(sorted(found["buried"])), withdrawn=tuple(sorted(found["withdrawn"])))


def met_among(
    work: Work, units: Sequence[str], targets: Tombstones, *, label: str, files_bytes: FilesBytes | None = None
) -> list[Met]:
    """The documents of these ingest units that are wanted, by number; one scan of their keys.

    files_bytes: see `levels.written_by_ingest`.
    """
    said = files_bytes or {}
    kinds = ("text", "url")
    names = [f"keys/{unit}.{kind}.arrow" for unit in units if unit not in said for kind in kinds]
    keys_bytes = sum(sizes(work.store, "keys", names).values())
    keys_bytes += sum(int(said[unit][f"keys/.{kind}.arrow"]) for unit in units if unit in said for kind in kinds)
    shards = [MeetUnit(name=unit) for unit in units]
    results = work.phase(label, shards, Meet(targets=targets), size_bytes=keys_bytes)
    return [
        Met(doc_id=doc_id, text=text, addresses=tuple(addresses))
        for result in results
        for doc_id, text, addresses in result["documents"]
    ]


class MeetUnit(TypedDict):
    """A shard, by its ingest unit."""

    name: str


class Matches(TypedDict):
    """The wanted documents of a shard: doc_id, the key of its text, the keys of the list that match its address."""

    documents: list[tuple[int, str, list[str]]]


@dataclass(frozen=True, kw_only=True)
class Meet:
    """Task of a shard: those of its documents that are wanted."""

    targets: Tombstones

    def __call__(self, store: Store, folder: str, unit: MeetUnit) -> Matches:
        table = read_part(store, f"keys/{unit['name']}.text.arrow", EVERYTHING)
        ids = table["doc_id"].to_numpy()
        meant = np.isin(ids, np.array(self.targets.ids, np.int64)) | with_keys(table, self.targets.texts)
        by_address: dict[int, set[str]] = {}
        if self.targets.urls:
            addresses = read_part(store, f"keys/{unit['name']}.url.arrow", EVERYTHING)
            of_row = addresses["doc_id"].to_numpy()
            for row, keys in at_addresses(addresses, self.targets.urls).items():
                by_address.setdefault(int(of_row[row]), set()).update(keys)
            meant |= np.isin(ids, np.array(sorted(by_address), np.int64))
        halves = np.stack((table["key"].to_numpy()[meant], table["low"].to_numpy()[meant]), axis=1)
        texts = [key.astype("<u8").tobytes().hex() for key in halves]
        rows = zip(ids[meant].tolist(), texts, strict=True)
        return {"documents": sorted((doc_id, text, sorted(by_address.get(doc_id, ()))) for doc_id, text in rows)}


def at_addresses(table: pa.Table, keys: Sequence[str]) -> dict[int, list[str]]:
    """Row numbers whose address is one of these, or a part of one, with the keys that match it: a page holds all its
    fragments, and what was fetched without a fragment holds the part that a fragment names.
    """
    of_page: dict[str, list[str]] = {}
    for key in keys:
        of_page.setdefault(key[:PAGE_DIGITS], []).append(key)
    found = {}
    for row in np.flatnonzero(with_keys(table, list(of_page))).tolist():
        page, part = (
            b"".join(table[n][row].as_py().to_bytes(8, "little") for n in names).hex()
            for names in (("key", "low"), ("fragment",))
        )
        whole = not table["fragment"][row].as_py()
        if matching := [k for k in of_page[page] if k in (page, page + part) or whole]:
            found[row] = matching
    return found


def with_keys(table: pa.Table, keys: Sequence[str]) -> np.ndarray:
    """bool[n]: whether the key of a row, in its columns `key` and `low`, is one of these."""
    wanted = np.frombuffer(bytes.fromhex("".join(keys)), np.dtype("<u8")).reshape(-1, 2)
    high, low = table["key"].to_numpy(), table["low"].to_numpy()
    found = np.isin(high, wanted[:, 0])
    pairs = {(int(a), int(b)) for a, b in wanted}
    for row in np.flatnonzero(found).tolist():
        found[row] = (int(high[row]), int(low[row])) in pairs
    return found
