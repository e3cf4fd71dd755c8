"""What readers of archived HTTP answers share: which answers are documents, and how rows become batches."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from corpusmill.operators.file_format import Span
from corpusmill.operators.readers.framing.record import Framed
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, check_window


@dataclass(frozen=True, kw_only=True)
class HttpPages:
    """The parameters of a reader of archived HTTP answers."""

    statuses: tuple[int, ...] = (200,)
    max_record_bytes: int = 64 << 20
    max_window_mib: int = WINDOW_MIB

    def __post_init__(self) -> None:
        check_window(self.max_window_mib)
        if self.max_record_bytes < 1:
            raise ValueError(f"max_record_bytes must be at least 1, got {self.max_record_bytes}")
        if not self.statuses:
            raise ValueError("statuses must name at least one HTTP status, got none")


def filled(
    rows: Rows, records: Iterator[Framed], add: Callable[[Rows, Framed], None], span: Span
) -> Iterator[pa.RecordBatch]:
    """Batches of the rows that `add` makes of the records of a span."""
    for record in records:
        add(rows, record)
        if rows.full:
            yield rows.batch()
    rows.close(span)
    if len(rows):
        yield rows.batch()
