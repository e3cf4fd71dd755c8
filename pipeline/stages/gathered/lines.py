"""How many documents of a shard hold each line, as exchange files: by the line's hash, in pieces of bounded size."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.rewrite.common_lines import CommonLines
from corpusmill.pipeline.stages.gathered.pieces import Pieces
from corpusmill.pipeline.workspace.shards import UnitFiles

PIECE_LINES = 4_000_000  # different lines of batches held at once: 48 MB, three times that while they are sorted

# `key`: the hash of a line; `shard`: run and shard as one number; `documents`: how many of the shard's hold it.
COUNT = pa.schema({"key": pa.uint64(), "shard": pa.int64(), "documents": pa.int32()})


class GatherLines:
    """Takes the documents of a shard; on `facts` they lie as `lines/NAME.000.arrow` and on under `folder`."""

    def __init__(self, folder: Path, name: str, shard: UnitFiles, awaited: CommonLines) -> None:
        self.awaited = awaited
        self.number = shard.number
        self._pieces = Pieces(folder, "lines", name)
        self._waiting: list[tuple[np.ndarray, np.ndarray]] = []
        self._lines = self._counts = 0

    def add(self, batch: Batch) -> None:
        found = self.awaited.gather(batch)
        self._waiting.append(found)
        self._lines += len(found[0])
        if self._lines >= PIECE_LINES:
            self._write()

    def facts(self) -> Mapping[str, Any]:
        if self._waiting or not self._pieces.written:
            self._write()
        return {"files": self._pieces.written, "counts": self._counts}

    def _write(self) -> None:
        table = counted(self._waiting, self.number)
        self._pieces.write(table)
        self._counts += table.num_rows
        self._waiting, self._lines = [], 0


def counted(found: list[tuple[np.ndarray, np.ndarray]], number: int) -> pa.Table:
    """The counts of several batches added up: columns of COUNT, sorted."""
    hashes = np.concatenate([np.zeros(0, np.uint64), *(h for h, _ in found)])
    counts = np.concatenate([np.zeros(0, np.int64), *(c for _, c in found)])
    keys, place = np.unique(hashes, return_inverse=True)
    sums = np.bincount(place, weights=counts, minlength=len(keys)).astype(np.int32)
    return pa.table([keys, np.full(len(keys), number, np.int64), sums], schema=COUNT)
