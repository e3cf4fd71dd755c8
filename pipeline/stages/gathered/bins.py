"""Histograms of a shard's measured values by group, as one exchange file: mergeable in any order."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.decide.quantiles import Quantiles
from corpusmill.operators.signals.buckets import Buckets
from corpusmill.operators.text.quantiles import ALL, HISTOGRAM
from corpusmill.pipeline.exchange.files import encoded
from corpusmill.pipeline.workspace.shards import UnitFiles

MERGED_AT = 1_000_000  # rows of batches' histograms held at once, tens of MB

# One bin of one histogram. `key`: hash of column and group, so that one partition holds all of a histogram.
BIN = pa.schema(
    {
        "key": pa.uint64(),
        "bin": pa.int64(),
        "run": pa.int32(),
        "documents": pa.int64(),
        "column": pa.string(),
        "group": pa.string(),
    }
)


class GatherBins:
    """Takes the documents of a shard; on `facts` the histogram lies as `bins/NAME.arrow` under `folder`."""

    def __init__(self, folder: Path, name: str, shard: UnitFiles, awaited: Quantiles | Buckets) -> None:
        self.path, self.name, self.awaited, self.run = folder, f"bins/{name}.arrow", awaited, shard.run
        (folder / "bins").mkdir()
        self._waiting = [HISTOGRAM.empty_table()]

    def add(self, batch: Batch) -> None:
        self._waiting.append(self.awaited.gather(batch))
        if sum(table.num_rows for table in self._waiting) >= MERGED_AT:
            self._waiting = [summed(self._waiting)]

    def facts(self) -> Mapping[str, Any]:
        found = summed(self._waiting)
        names = pc.binary_join_element_wise(found["column"], found["group"], "\n").combine_chunks().dictionary_encode()
        keys = np.array([key_of(name) for name in names.dictionary.to_pylist()], np.uint64)
        runs = np.full(found.num_rows, self.run, np.int32)
        keyed = keys[names.indices.to_numpy()]
        columns = [keyed, found["bin"], runs, found["documents"], found["column"], found["group"]]
        table = pa.table(columns, schema=BIN)
        with pa.OSFile(str(self.path / self.name), "wb") as out:
            out.write(encoded(table))
        groups = sorted(set(pc.unique(found["group"]).to_pylist()) - {ALL})
        return {"files": {self.name: table.nbytes}, "groups": groups}


def summed(tables: list[pa.Table]) -> pa.Table:
    """Histograms added up: columns of HISTOGRAM, sorted."""
    whole = pa.concat_tables(tables).group_by(["column", "group", "bin"]).aggregate([("documents", "sum")])
    whole = whole.rename_columns(["column", "group", "bin", "documents"]).select(HISTOGRAM.names)
    return whole.take(pc.sort_indices(whole, [(n, "ascending") for n in ("column", "group", "bin")]))


def key_of(name: str) -> int:
    """64-bit hash of a histogram's name, its column and its group.

    >>> key_of('quality\\n["en"]') != key_of('quality\\n["de"]')
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
