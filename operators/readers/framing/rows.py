"""Record batches of bounded size, built row by row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.contract import RECORD, Columns
from corpusmill.operators.file_format import Span

BATCH_BYTES = 8 << 20
BATCH_ROWS = 4096
OTHER_SPAN = "other_span"

Build = Callable[[Sequence[Any]], pa.Array]


class Rows:
    """Rows with the columns of RECORD and of `makes`; ask `full`, then take a `batch`.

    builders: for columns whose values are not yet what Arrow would take.
    """

    def __init__(self, makes: Columns, builders: Mapping[str, Build] | None = None) -> None:
        self._schema = pa.schema(list({**RECORD, **makes}.items()))
        self._makes = tuple(makes)
        self._builders = builders or {}
        self._length = 0
        self._clear()

    @property
    def full(self) -> bool:
        return self._bytes >= BATCH_BYTES or len(self._record) >= BATCH_ROWS

    def __len__(self) -> int:
        return len(self._record)

    def document(self, offset: int, length: int, values: tuple[Any, ...], weight: int) -> None:
        """One document: `values` in the order of `makes`, `weight` its bytes in memory."""
        self._record.append((offset, length, None, None))
        self._length += length
        self._values.append(values)
        self._bytes += weight

    def other(self, offset: int, length: int, *, skipped: str | None = None, failure: str | None = None) -> None:
        """One row that is no document."""
        self._record.append((offset, length, skipped, failure))
        self._length += length
        self._values.append((None,) * len(self._makes))

    def count(self, lengths: pa.Array) -> None:
        """Rows that went their own way, not through here, belong to the sum as well."""
        self._length += pc.sum(lengths).as_py() or 0

    def close(self, span: Span, why: str = OTHER_SPAN) -> None:
        """Make the lengths of all rows since the beginning add up to the bytes of the span, by one more skipped row.

        `other_span`: bytes at the front that belong to the last record of the span before, less those that the last
        record here takes from the span behind. Over all spans of a file these rows add up to 0.
        """
        left = span.end - span.start - self._length
        if left:
            self.other(span.start, left, skipped=why)

    def batch(self) -> pa.RecordBatch:
        """What was gathered, and begin anew."""
        columns = dict(zip(RECORD, zip(*self._record, strict=True), strict=True))
        columns |= dict(zip(self._makes, zip(*self._values, strict=True), strict=True)) if self._makes else {}
        arrays = [
            self._builders[field.name](columns[field.name])
            if field.name in self._builders
            else pa.array(columns[field.name], field.type)
            for field in self._schema
        ]
        self._clear()
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _clear(self) -> None:
        self._record: list[tuple[int, int, str | None, str | None]] = []
        self._values: list[tuple[Any, ...]] = []
        self._bytes = 0
