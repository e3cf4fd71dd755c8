"""The year, quarter or month of a document's date: a time axis for a mix.

Source:   none; the proleptic Gregorian calendar, in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal

FIRST, BEYOND = -62_135_596_800, 253_402_300_800  # the years 1 and 10,000


class Length(StrEnum):
    """How long a period is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


def period(seconds: int, by: Length) -> str:
    """The period of an instant, seconds since 1970 UTC.

    >>> [period(1_715_990_290, by) for by in Length]
    ['2024', '2024-Q2', '2024-05']
    """
    when = datetime.fromtimestamp(seconds, UTC)
    match by:
        case Length.YEAR:
            return f"{when.year:04d}"
        case Length.QUARTER:
            return f"{when.year:04d}-Q{(when.month + 2) // 3}"
        case Length.MONTH:
            return f"{when.year:04d}-{when.month:02d}"


def periods(seconds: np.ndarray, by: Length) -> np.ndarray:
    """`period` of each instant, int64, in the years 1 to 9999; objects."""
    months = seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    distinct, place = np.unique(months, return_inverse=True)
    told = [period(int(start), by) for start in distinct.astype("datetime64[M]").astype("datetime64[s]").astype(int)]
    return np.array(told, object)[place]


@dataclass(frozen=True, kw_only=True)
class Period(Signal):
    """Adds `column`: the year (2024), quarter (2024-Q2) or month (2024-05) of `fetched_at_utc`; null without a date
    in the years 1 to 9999.

    A reader of records takes `fetched_at_utc` from the field that its `date` names, be it of a crawl or a publication.
    A mix can have `column` as an axis; documents without a date are a leaf of their own.
    """

    by: Length = Length.YEAR
    column: str = "period"

    reads: ClassVar[Columns] = {"fetched_at_utc": pa.timestamp("s", "UTC")}
    adds: ClassVar[Columns] = {"period": pa.string()}

    def __post_init__(self) -> None:
        if self.by not in set(Length):
            raise ValueError(f"by is one of {', '.join(Length)}, got {self.by!r}")

    def columns_added(self) -> Columns:
        return {self.column: pa.string()}

    def measure(self, batch: Batch) -> Arrays:
        when = batch.column("fetched_at_utc")
        seconds = pc.fill_null(when.cast(pa.int64()), BEYOND).to_numpy()
        known = (seconds >= FIRST) & (seconds < BEYOND)
        out = np.full(batch.num_rows, None, object)
        out[known] = periods(seconds[known], Length(self.by))
        return {self.column: pa.array(out, pa.string())}
