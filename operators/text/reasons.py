"""Reasons to drop a document, from one boolean column a rule."""

from collections.abc import Container, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import numbers

Bound = float | np.ndarray | None


@runtime_checkable
class Watching(Protocol):
    """A batch whose owner wants to see what its values are compared with, to explain a decision."""

    def compared(self, column: str, *, low: Bound = None, high: Bound = None) -> None:
        """Note a comparison: what is below `low` or above `high` is dropped."""
        ...


def watch(batch: Batch, column: str, *, low: Bound = None, high: Bound = None) -> None:
    """Report a comparison to a batch that is watched; any other batch has no use for it."""
    if isinstance(batch, Watching):
        batch.compared(column, low=low, high=high)


def first_reason(broken: Sequence[tuple[str, np.ndarray]], rows: int) -> pa.Array:
    """For each of `rows` documents the name of the first rule it breaks, or null; a string array.

    >>> first_reason([("short", np.array([True, False])), ("dull", np.array([True, True]))], 2).to_pylist()
    ['short', 'dull']
    """
    index = np.full(rows, -1, np.int32)
    for i, (_, breaks) in enumerate(broken):
        index[(index < 0) & breaks] = i
    names = pa.array([name for name, _ in broken], pa.string())
    return names.take(pa.array(index, pa.int32(), mask=index < 0))


def thresholds_of(decision: Any, rules: Mapping[str, tuple[str, str]], varying: Container[str] = ()) -> list[Threshold]:
    """List the bounds in use of a decision whose parameters are min_... and max_..., null = not used.

    rules: parameter -> (reason, column). varying: parameters whose bound differs from document to document.
    """
    return [
        Threshold(
            reason=reason,
            column=column,
            low=key.startswith("min_"),
            bound=None if key in varying else float(getattr(decision, key)),
            key=key,
        )
        for key, (reason, column) in rules.items()
        if getattr(decision, key) is not None
    ]


def below(batch: Batch, column: str, low: Bound) -> np.ndarray:
    """Whether each value is known and not at least `low`; bool[n], all false when `low` is None.

    A bound is one number, or one a document, NaN = open. It is rounded to float32 where the column is
    float32, so that a stored 0.3 is not below 0.3. A value of NaN is below.
    """
    watch(batch, column, low=low)
    known, values = _values(batch, column)
    return np.zeros(len(values), np.bool_) if low is None else known & ~((values >= _as(low, values)) | _open(low))


def above(batch: Batch, column: str, high: Bound) -> np.ndarray:
    """Whether each value is known and not at most `high`; the mirror of `below`."""
    watch(batch, column, high=high)
    known, values = _values(batch, column)
    return np.zeros(len(values), np.bool_) if high is None else known & ~((values <= _as(high, values)) | _open(high))


def unknown(batch: Batch, column: str) -> np.ndarray:
    """Whether each value is null: bool[n]."""
    return ~_values(batch, column)[0]


def _values(batch: Batch, column: str) -> tuple[np.ndarray, np.ndarray]:
    values = numbers(batch.column(column))
    known = values.is_valid().to_numpy(zero_copy_only=False)
    return known, values.fill_null(0).to_numpy(zero_copy_only=False)


def _as(bound: float | np.ndarray, values: np.ndarray) -> float | np.floating | np.ndarray:
    if values.dtype != np.float32:
        return bound
    return bound.astype(np.float32) if isinstance(bound, np.ndarray) else np.float32(bound)


def _open(bound: float | np.ndarray) -> np.ndarray:
    return np.isnan(np.asarray(bound, np.float64))
