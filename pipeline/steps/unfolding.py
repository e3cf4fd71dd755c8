"""Reads pages as the documents in them: an extract step that unfolds is run before documents get their numbers.

The pages of a file become more rows than it has records, and a document's number is that of its row. Of the rows of a
page the first has its length, so that all bytes of a file are in a row still.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.abilities import Unfolds
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import RECORD, Columns, Extract, Operator, Reader
from corpusmill.operators.file_format import Span


@dataclass(frozen=True, kw_only=True)
class Unfolding(Reader):
    """Makes the documents that `step` finds in the pages of `reader`; other rows stay as they are.

    A page without any is a skipped row `no_NAME`, where NAME is the column that would list them; one that the step
    cannot read is a failed row.
    """

    reader: Reader
    step: Extract

    def columns_made(self) -> Columns:
        made = {n: t for n, t in self.reader.columns_made().items() if n != "content"}
        return {**made, **unfolds(self.step).columns_unfolded()}

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        for batch in self.reader(file, span):
            yield self.unfolded(batch)

    def unfolded(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of a batch of pages with the documents in them in their place."""
        name = unfolds(self.step).unfolds
        is_page = pc.and_(batch["skipped"].is_null(), batch["failure"].is_null())
        pages = batch.filter(is_page)
        done = self.step(Batch(pa.Table.from_batches([pages]).select(list(self.reader.columns_made())))).table
        lists = done[name].combine_chunks()
        rows = np.flatnonzero(is_page.to_numpy(zero_copy_only=False))
        counts = np.zeros(batch.num_rows, np.int64)
        counts[rows] = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
        parents = np.repeat(np.arange(batch.num_rows), np.maximum(counts, 1))
        first = np.concatenate([[True], parents[1:] != parents[:-1]])[: len(parents)]
        items = np.full(len(parents), -1)  # row of `flat`
        items[counts[parents] > 0] = np.arange(counts.sum())
        return self._batch(batch, done, rows, parents, first, items)

    def _batch(
        self, batch: pa.RecordBatch, done: pa.Table, rows: np.ndarray, parents: np.ndarray, first: np.ndarray,
        items: np.ndarray,
    ) -> pa.RecordBatch:  # fmt: skip
        """The columns of the new rows: of the record, of its page, and of the document in it."""
        step = unfolds(self.step)
        flat = done[step.unfolds].combine_chunks().flatten()
        taken = pa.array(items, pa.int64(), mask=items < 0)
        of_page = pa.array(parents)
        failure, skipped = batch["failure"].to_pylist(), batch["skipped"].to_pylist()
        for row, reason, count in zip(rows.tolist(), done["failure"].to_pylist(), _lengths(done, step), strict=True):
            failure[row] = reason
            skipped[row] = f"no_{step.unfolds}" if reason is None and count == 0 else None
        made = {
            "offset": batch["offset"].take(of_page),
            "length": pc.if_else(pa.array(first), batch["length"].take(of_page), pa.scalar(0, pa.int64())),
            "skipped": pa.array(skipped, pa.string()).take(of_page),
            "failure": pa.array(failure, pa.string()).take(of_page),
        }
        assert made.keys() == RECORD.keys()
        names = [field.name for field in flat.type]
        for name in self.columns_made():
            made[name] = flat.field(name).take(taken) if name in names else batch[name].take(of_page)
        return pa.RecordBatch.from_pydict(made)


def _lengths(done: pa.Table, step: Unfolds) -> list[int]:
    return pc.fill_null(pc.list_value_length(done[step.unfolds]), 0).to_pylist()


def unfolds(step: Operator) -> Unfolds:
    """The step as one that unfolds."""
    assert isinstance(step, Unfolds)
    return step


def with_unfolding(reader: Reader, steps: list[tuple[str, Operator]], without: frozenset[int]) -> Reader:
    """The reader, or where a step of this source unfolds its pages, one that makes the documents in them."""
    if "content" not in reader.columns_made():
        return reader
    for number, (_, op) in enumerate(steps):
        if number not in without and isinstance(op, Extract):
            return Unfolding(reader=reader, step=op) if isinstance(op, Unfolds) else reader
    return reader
