"""WebDataset shards, NAME-00000.tar: for each sequence a NumPy file a list column, and a JSON file with the rest."""

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution.progress import Bar
from corpusmill.pipeline.export.sequences import beside, library, name_of, rows_of, tables_of


def export(dataset: Store, out: Store, bar: Bar) -> list[str]:
    """Write a shard for each part; their names. Needs the extra `webdataset`."""
    writer = library("webdataset", "webdataset").TarWriter
    name, names = name_of(dataset), []
    for number, tables in enumerate(tables_of(dataset, bar)):
        names.append(f"{name}-{number:05d}.tar")
        with beside(out) as folder:
            path = folder / names[-1]
            with path.open("wb") as file, writer(file, user="", group="", mtime=0, encoder=False) as shard:
                for table in tables:
                    for row in rows_of(table):
                        shard.write(sample(row))
            out.publish_file(names[-1], path)
    return names


def sample(row: Mapping[str, Any]) -> dict[str, str | bytes]:
    """One sample: its key, `COLUMN.npy` for each list and `json` for the other values."""
    lists = {f"{k}.npy": npy(v) for k, v in row.items() if isinstance(v, np.ndarray)}
    rest = {k: v for k, v in row.items() if not isinstance(v, np.ndarray)}
    return {"__key__": f"{row['sequence']:012d}", **lists, "json": json.dumps(rest, sort_keys=True).encode()}


def npy(values: np.ndarray) -> bytes:
    """The bytes of a .npy file."""
    out = io.BytesIO()
    np.save(out, values)
    return out.getvalue()
