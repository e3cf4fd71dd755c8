"""What the comparison of a shard's documents needs: their bands, as exchange files, and their words beside them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.decide.similar import Similar
from corpusmill.operators.dedup import minhash
from corpusmill.operators.text.ranking import entries_of
from corpusmill.operators.text.words import WordRule, find_words
from corpusmill.pipeline.dedup.records import BAND
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.gathered.pieces import Pieces
from corpusmill.pipeline.workspace.shards import UnitFiles

BANDS, ROWS, SHINGLE_WORDS = 48, 3, 2  # with 2 rows most unrelated texts of 150 words are joined by chance
PIECE_ROWS = 50_000  # documents whose bands are written together: 38 MB
WORDS = pa.list_(pa.field("word", pa.uint32(), nullable=False))
# A document as it is compared. `bands`: BANDS uint64 keys; `words`: lower halves of the hashes of its first words.
COMPARED = pa.schema(
    {
        "doc_id": pa.int64(),
        "rank": pa.uint64(),
        "tie": pa.uint64(),
        "bands": pa.binary(8 * BANDS),
        "words": WORDS,
    }
)


class GatherWords:
    """Takes the documents of a shard; on `facts` they are in `similar/NAME.parquet`, bands in `similar/NAME.000.arrow`
    and on.
    """

    def __init__(self, folder: Path, name: str, shard: UnitFiles, awaited: Similar) -> None:
        self.name, self.awaited = name, awaited
        self._pieces = Pieces(folder, "similar", name)
        self._compared = TableWriter(folder / "similar" / f"{name}.parquet", COMPARED)
        self._compared.__enter__()
        self._waiting = [BAND.empty_table()]

    def add(self, batch: Batch) -> None:
        table = compared(batch, self.awaited)
        self._compared.write(table)
        keys = np.frombuffer(b"".join(table["bands"].to_pylist()), np.uint64)
        ids = np.repeat(table["doc_id"].to_numpy(), BANDS)
        self._waiting.append(pa.table([keys, ids], schema=BAND))
        if sum(t.num_rows for t in self._waiting) >= PIECE_ROWS * BANDS:
            self._write()

    def facts(self) -> Mapping[str, Any]:
        if len(self._waiting) > 1 or not self._pieces.written:
            self._write()
        self._compared.__exit__(None, None, None)
        return {"files": self._pieces.written, "compared": f"similar/{self.name}.parquet"}

    def _write(self) -> None:
        table = pa.concat_tables(self._waiting)
        self._pieces.write(table)
        self._waiting = [BAND.empty_table()]


def compared(batch: Batch, awaited: Similar) -> pa.Table:
    """Columns of COMPARED for the documents that have a word in the field."""
    words = awaited.compared(batch).once(find_words, WordRule.UNICODE)
    found = minhash.signatures(words, shingle_words=SHINGLE_WORDS, permutations=BANDS * ROWS)
    keys = minhash.bands(found.minima, bands=BANDS, rows=ROWS)
    entries = entries_of(batch, awaited.ranking())
    size = np.minimum(words.counts, awaited.max_words)
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(size)))
    places = np.arange(offsets[-1]) + np.repeat(words.first[:-1] - offsets[:-1], size)
    hashes = words.hash[places].astype(np.uint32)
    lists = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(hashes), type=WORDS)
    bands = pa.Array.from_buffers(
        pa.binary(8 * BANDS), batch.num_rows, [None, pa.py_buffer(np.ascontiguousarray(keys))]
    )
    columns = [entries["doc_id"], entries["rank"], entries["tie"], bands, lists]
    return pa.table(columns, schema=COMPARED).filter(pa.array(found.valid)).combine_chunks()
