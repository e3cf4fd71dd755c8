"""Documents that left: written to `dropped/NAME.parquet` with step and reason, and counted."""

from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import TEXT
from corpusmill.operators.text.beginnings import beginnings
from corpusmill.pipeline.execution.tally import Tally
from corpusmill.pipeline.files.ids import slot_of
from corpusmill.pipeline.files.tables import TableWriter
from corpusmill.pipeline.stages.ingest.losses import count_losses, count_rules
from corpusmill.pipeline.steps.chain import Chain, Dropped, reason_word
from corpusmill.pipeline.workspace.shards import UnitFiles

# Where the bytes of a document that left are to be found: file, place in it and length as the reader tells them.
ORIGIN = [pa.field("uri", pa.string()), pa.field("offset", pa.int64()), pa.field("length", pa.int64())]
DROPPED_TEXT_CHARS = 2000  # what `inspect` shows of a dropped document
NOT_WRITTEN = ("content", "failure", "skipped")


class DroppedWriter:
    """Takes what left at each step. chain: gives the columns; tally: counts reasons, losses by leaf and rules."""

    def __init__(self, folder: Path, name: str, files: UnitFiles, chain: Chain, tally: Tally) -> None:
        self._files, self._chain, self._tally = files, chain, tally
        self._uris = uris_of(files)
        columns = [pa.field(n, t) for n, t in chain.columns().items() if n != "content"]
        place = columns.index(pa.field("offset", pa.int64()))
        columns[place : place + 1] = ORIGIN
        why = [pa.field(n, pa.string()) for n in ("step", "kind", "reason")]
        (folder / "dropped").mkdir()
        self._table = TableWriter(folder / "dropped" / f"{name}.parquet", pa.schema(columns + why))

    def copy(self, table: pa.Table) -> None:
        """Write what an earlier part dropped, and has counted."""
        self._table.write(table)

    def take(self, dropped: Dropped) -> None:
        """Write and count what left at one step."""
        for row in pc.value_counts(reason_word(dropped.reasons)).to_pylist():
            self._tally.add(dropped.kind, dropped.step, row["values"], by=row["counts"])
        count_losses(dropped.kind, dropped.table, self._files.source, self._chain.fixed, self._tally)
        count_rules(dropped, self._chain.fixed, self._tally)
        table = dropped.table.drop_columns([c for c in NOT_WRITTEN if c in dropped.table.column_names])
        if "text" in table.column_names:
            short = beginnings(table["text"].cast(TEXT), DROPPED_TEXT_CHARS)
            table = table.set_column(table.column_names.index("text"), "text", short)
        for name, word in (("step", dropped.step), ("kind", dropped.kind)):
            table = table.append_column(name, pa.repeat(word, table.num_rows))
        table = table.append_column("uri", self._uris_of(table["doc_id"]))
        self._table.write(table.append_column("reason", dropped.reasons))

    def count_lost_bytes(self, failed: pa.Table) -> None:
        """How much of the input could not be read: a damaged stretch is one failed record, whatever was in it."""
        words = pa.table([reason_word(failed["failure"].combine_chunks()), failed["length"]], names=["word", "bytes"])
        for row in words.group_by("word").aggregate([("bytes", "sum")]).to_pylist():
            self._tally.add("lost_bytes", row["word"], by=row["bytes_sum"])

    def _uris_of(self, doc_ids: pa.ChunkedArray) -> pa.Array:
        """The file that each document is of."""
        if not self._files.is_shared:
            return pa.repeat(self._uris[0], len(doc_ids))
        return self._uris.take(pa.array(slot_of(doc_ids.to_numpy())))

    def __enter__(self) -> Self:
        self._table.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._table.__exit__(*error)  # pyright: ignore[reportArgumentType]  three values, as they came


def uris_of(files: UnitFiles) -> pa.Array:
    """The addresses of a unit's files by their slots, null where there is none; of a single shard the only one."""
    table = files.files.table
    if not files.is_shared:
        return table["uri"].combine_chunks()
    slots = files.files.column("slot")
    place = np.full(int(slots.max()) + 1, -1)
    place[slots] = np.arange(len(slots))
    return table["uri"].combine_chunks().take(pa.array(place, mask=place < 0))
