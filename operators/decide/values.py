"""Drops documents by words and flags: a licence, a wish of robots, a blocked domain, the label of a classifier.

Source: none; the lists are the job's own. Penedo et al. 2023 (RefinedWeb), arXiv:2306.01116, appendix G.1, drops by
        block lists of addresses so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.errors import ContractError
from corpusmill.operators.abilities import Threshold
from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import VALUE
from corpusmill.operators.contract import Columns, Decision
from corpusmill.operators.text.reasons import first_reason

NULLS = ("keep", "drop")
KEYS = ("keep", "drop", "null")
FLAGS = {True: "true", False: "false"}


@dataclass(frozen=True, kw_only=True)
class Values(Decision):
    """Reasons "column=value" of the first value that is dropped, "column is another" where it is none of those kept
    ("column is not null" where only null is), and "column is null", in the order written.

    values: column -> {keep: [...]} or {drop: [...]}, of words, flags (true, false) or whole numbers, compared exactly;
    of a list of words one is enough. null: what becomes of documents without a value: keep or drop. It stands beside a
    list for its column, {drop: [true], null: drop}, or beside `values` for all; null may also be in a list. Without
    any of these a list of what to keep drops them, and a list of what to drop keeps them. The name `values` can be left
    out: decide.values: {noai: {drop: [true]}}.
    """

    values: Mapping[str, Mapping[str, Any]]
    null: str | None = None

    reads: ClassVar[Columns] = {}
    rest: ClassVar[str] = "values"  # the parameter that takes the keys which are none

    def __post_init__(self) -> None:
        if self.null is not None and self.null not in NULLS:
            raise ValueError(f"null must be one of {list(NULLS)}, got {self.null!r}")
        if not self.values:
            raise ValueError("values must name at least one column, e.g. {noai: {drop: [true]}}")
        for column, rule in self.values.items():
            if not isinstance(rule, Mapping) or ("keep" in rule) == ("drop" in rule) or not rule.keys() <= {*KEYS}:
                raise ValueError(f"{column!r} must have a list to keep or one to drop, {{drop: [true]}}, got {rule!r}")
            listed = rule["keep"] if "keep" in rule else rule["drop"]
            if not isinstance(listed, list | tuple) or not listed:
                raise ValueError(f"{column!r} must have a list of values, e.g. [true], got {listed!r}")
            for value in listed:
                if not isinstance(value, str | bool | int | None):
                    raise ValueError(f"values of {column!r} must be words, true, false or whole numbers, got {value!r}")
            if rule.get("null", "keep") not in NULLS:
                raise ValueError(f"null of {column!r} must be one of {list(NULLS)}, got {rule['null']!r}")

    def columns_read(self) -> Columns:
        return dict.fromkeys(self.values, VALUE)

    def wrong_columns(self, columns: Columns) -> Iterator[str]:
        """Values that a column of its type can never have, one message each."""
        for column, rule in self.values.items():
            dtype = columns.get(column)
            listed = [value for value in _listed(rule) if value is not None]
            if dtype is None:
                continue
            if pa.types.is_boolean(dtype):
                odd, what = [v for v in listed if not isinstance(v, bool)], "true or false"
            elif pa.types.is_integer(dtype):
                odd, what = [v for v in listed if isinstance(v, bool | str)], "whole numbers"
            else:
                odd, what = [v for v in listed if not isinstance(v, str)], "words; put it in quotes"
            yield from (f"{column!r} holds {what}; it is never {shown(value)!r}" for value in odd)

    def reasons(self, batch: Batch) -> pa.Array:
        return first_reason(self.broken(batch), batch.num_rows)

    def broken(self, batch: Batch) -> list[tuple[str, np.ndarray]]:
        found = {name: batch.column(name) for name in self.values}
        for message in self.wrong_columns({name: column.type for name, column in found.items()}):
            raise ContractError(f"{type(self).__name__}: {message}")
        broken: list[tuple[str, np.ndarray]] = []
        for name, rule in self.values.items():
            column = found[name]
            if self._drops_null(rule):
                broken.append((f"{name} is null", column.is_null().to_numpy(zero_copy_only=False)))
            listed = [value for value in _listed(rule) if value is not None]
            if "drop" in rule:
                broken += [(f"{name}={shown(value)}", has(column, [value])) for value in listed]
            else:
                kept = has(column, listed)
                valid = column.is_valid().to_numpy(zero_copy_only=False)
                broken.append((f"{name} is another" if listed else f"{name} is not null", valid & ~kept))
        return broken

    def thresholds(self) -> list[Threshold]:
        return []

    def _drops_null(self, rule: Mapping[str, Any]) -> bool:
        if None in _listed(rule):
            return "drop" in rule
        choice = rule.get("null", self.null)
        return "keep" in rule if choice is None else choice == "drop"


def has(column: pa.Array, values: list[Any]) -> np.ndarray:
    """Whether each value, or one in each list, is among these: bool[n]; null is none of them.

    >>> has(pa.array([["a", "b"], ["c"], [], None]), ["b", "c"]).tolist()
    [True, True, False, False]
    """
    if pa.types.is_list(column.type):
        inner = has(column.flatten(), values)
        found = np.zeros(len(column), np.bool_)
        found[pc.list_parent_indices(column).to_numpy()[inner]] = True
        return found
    if not values:
        return np.zeros(len(column), np.bool_)
    column = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    if pa.types.is_integer(column.type):
        bounds = np.iinfo(column.type.to_pandas_dtype())
        values = [value for value in values if bounds.min <= value <= bounds.max]
    return pc.is_in(column, value_set=pa.array(values, column.type), skip_nulls=True).to_numpy(zero_copy_only=False)


def shown(value: str | bool | int) -> str:
    """A value as reasons name it."""
    return FLAGS[value] if isinstance(value, bool) else str(value)


def _listed(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(rule["keep"] if "keep" in rule else rule["drop"])
