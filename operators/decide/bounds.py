"""Drops documents whose measured values lie outside given bounds.

Source: none; the thresholds are the job's own. Published ones are in pipeline/recipes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators import limits
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import NUMBER
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.dates import dates_of
from corpusmill.operators.text.reasons import above, below, first_reason, unknown

TIME = pa.timestamp("s", "UTC")
PERIOD = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Null(Enum):
    """What becomes of a document that was not measured."""

    KEEP = "keep"
    DROP = "drop"


def reason(value: float | None, column: str, low: float | None, high: float | None, null: str) -> str | None:
    """Why a value is out of bounds, or None; bounds are inclusive, an open one is None. NaN is out of every bound.

    >>> reason(3, "word_count", 50, None, "keep"), reason(50, "word_count", 50, None, "keep")
    ('word_count<50', None)
    >>> reason(None, "score", 0.5, 1, "drop")
    'score is null'
    """
    if value is None:
        return f"{column} is null" if null == "drop" else None
    if low is not None and not value >= low:
        return f"{column}<{low}"
    if high is not None and not value <= high:
        return f"{column}>{high}"
    return None


@dataclass(frozen=True, kw_only=True)
class Bounds(Decision):
    """Reason "column<low" or "column>high" of the first bound broken, in the order written.

    `bounds`: column -> [low, high], both inclusive, null = open. A bound on a float32 column is rounded to float32
    first, so that a stored 0.3 is not below 0.3. A column of times is bounded by dates, ["2020-01-01", "2023-12"], from
    the beginning of the first to the end of the last. `null`: keep (default) or drop rows whose value is null.
    """

    bounds: Mapping[str, tuple[float | str | None, float | str | None]]
    null: str = "keep"

    reads: ClassVar[Columns] = {}

    def __post_init__(self) -> None:
        if self.null not in [n.value for n in Null]:
            raise ValueError(f"null must be one of {[n.value for n in Null]}, got {self.null!r}")
        if not self.bounds:
            raise ValueError("bounds must name at least one column, e.g. {word_count: [50, null]}")
        for column, pair in self.bounds.items():
            if isinstance(pair, str) or not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ValueError(f"bounds of {column!r} must be [low, high] with null for open, got {pair!r}")
            for bound in pair:
                if isinstance(bound, bool) or not isinstance(bound, int | float | str | None) or bound != bound:
                    raise ValueError(f"bounds of {column!r} must be numbers, dates or null, got {pair!r}")
            if len({isinstance(bound, str) for bound in pair if bound is not None}) > 1:
                raise ValueError(f"bounds of {column!r} must be two numbers or two dates, got {pair!r}")
            low, high = self._pair(column)
            if low is None and high is None:
                raise ValueError(f"bounds of {column!r} are both open: give one, or leave the column out")
            limits.refuse([limits.of_column(column, low, high)])

    def columns_read(self) -> Columns:
        return {
            column: TIME if any(isinstance(bound, str) for bound in pair) else NUMBER
            for column, pair in self.bounds.items()
        }

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        broken: list[tuple[str, np.ndarray]] = []
        for column, (low, high) in self.bounds.items():
            least, most = self._pair(column)
            if self.null == Null.DROP.value:
                broken.append((f"{column} is null", unknown(batch, column)))
            if low is not None:
                broken.append((f"{column}<{low}", below(batch, column, least)))
            if high is not None:
                broken.append((f"{column}>{high}", above(batch, column, most)))
        return broken

    def thresholds(self) -> list[Threshold]:
        found = []
        for column, pair in self.bounds.items():
            for place, (given, bound) in enumerate(zip(pair, self._pair(column), strict=True)):
                if bound is not None:
                    key, low = f"bounds.{column}[{place}]", place == 0
                    reason = f"{column}{'<' if low else '>'}{given}"
                    found.append(Threshold(reason=reason, column=column, low=low, bound=bound, key=key))
        return found

    def _pair(self, column: str) -> tuple[float | None, float | None]:
        """The bounds of a column as numbers."""
        low, high = self.bounds[column]
        least = first_second(column, low) if isinstance(low, str) else low
        return least, last_second(column, high) if isinstance(high, str) else high


def first_second(column: str, date: str) -> int:
    """The first second of a date, month, year or instant, since 1970. ValueError for anything else."""
    found = dates_of(pa.array([date])).seconds.cast(pa.int64())[0].as_py()
    if found is None:
        raise ValueError(f"bounds of {column!r} must be numbers, or dates such as 2024-01-31, got {date!r}")
    return found


def last_second(column: str, date: str) -> int:
    """The last second of a date, month, year or instant, since 1970; all UTC.

    >>> last_second("published", "2024-02") - last_second("published", "2024-02-28")
    86400
    """
    begins = first_second(column, date)
    if PERIOD.fullmatch(date.strip()) is None:
        return begins
    return int((np.datetime64(date.strip()) + 1).astype("datetime64[s]").astype(np.int64)) - 1
