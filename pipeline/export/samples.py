"""Writes documents as a WebDataset, an index of what is at their addresses: of each its text, its address and the rest.

A program that fetches what is at the addresses (img2dataset, say) goes by such an index, or by the same as Parquet.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.export.sequences import beside, library

ENDINGS = {"jpeg": "jpg", "tiff": "tif"}  # as WebDataset's decoders and most shards have them


def write_samples(tables: Iterable[pa.Table], out: str) -> int:
    """Write one shard: `KEY.txt`, `KEY.url` where there is one, `KEY.json`, and a file of each column of bytes, all in
    the order of the tables.

    KEY is the doc_id in 20 digits, of further copies with _1, _2 behind it. How many samples were written. Needs the
    extra `webdataset`.
    """
    writer = library("webdataset", "webdataset").TarWriter
    folder, _, name = out.rpartition("/")
    store, rows = Store(folder or "."), 0
    with beside(store) as place:
        path = place / name
        with path.open("wb") as file, writer(file, user="", group="", mtime=0, encoder=False) as shard:
            for table in tables:
                for row in table.to_pylist():
                    shard.write(sample(row))
                    rows += 1
        store.publish_file(name, path)
    return rows


def sample(row: Mapping[str, Any]) -> dict[str, str | bytes]:
    """One sample. Bytes are a file, named after the format of the picture where that is known, else after the column.

    >>> sample({"doc_id": 7, "text": "", "image": b"...", "picture_format": "jpeg"})["jpg"]
    b'...'
    >>> sample({"doc_id": 7, "text": "a pier", "copy": 2})["__key__"]
    '00000000000000000007_2'
    >>> sample({"doc_id": 7, "text": "a pier", "url": None})
    {'__key__': '00000000000000000007', 'txt': b'a pier', 'json': b'{"doc_id": 7, "url": null}'}
    """
    files: dict[str, bytes] = {name: value for name, value in row.items() if isinstance(value, bytes)}
    rest = {name: value for name, value in row.items() if name != "text" and name not in files}
    if len(files) == 1 and row.get("picture_format"):
        name = str(row["picture_format"])
        files = {ENDINGS.get(name, name): value for value in files.values()}
    address = {} if row.get("url") is None else {"url": row["url"].encode()}
    about = json.dumps(rest, ensure_ascii=False, sort_keys=True, default=str).encode()
    again = f"_{row['copy']}" if row.get("copy") else ""
    return {"__key__": f"{row['doc_id']:020d}{again}", "txt": row["text"].encode(), **address, **files, "json": about}
