"""Record batches of bounded size, built row by row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from operators.contract import RECORD, Columns

BATCH_BYTES = 8 << 20
BATCH_ROWS = 4096

Build = Callable[[Sequence[Any]], pa.Array]


class Rows:
    """Rows with the columns of RECORD and of `makes`; ask `full`, then take a `batch`.

    builders: for columns whose values are not yet what Arrow would take.
    """

    def __init__(self, makes: Columns, builders: Mapping[str, Build] | None = None) -> None:
        self._schema = pa.schema(list({**RECORD, **makes}.items()))
        self._makes = tuple(makes)
        self._builders = builders or {}
        self._clear()

    @property
    def full(self) -> bool:
        return self._bytes >= BATCH_BYTES or len(self._record) >= BATCH_ROWS

    def __len__(self) -> int:
        return len(self._record)

    def document(self, offset: int, length: int, values: tuple[Any, ...], weight: int) -> None:
        """One document: `values` in the order of `makes`, `weight` its bytes in memory."""
        self._record.append((offset, length, None, None))
        self._values.append(values)
        self._bytes += weight

    def other(self, offset: int, length: int, *, skipped: str | None = None, failure: str | None = None) -> None:
        """One row that is no document."""
        self._record.append((offset, length, skipped, failure))
        self._values.append((None,) * len(self._makes))

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
