"""Operators as a user might first write them, each with one mistake."""
# ruff: noqa: F821
# pyright: reportUndefinedVariable=false, reportIncompatibleVariableOverride=false

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Decision, Signal


@dataclass(frozen=True, kw_only=True)
class NoColumns(Signal):
    def measure(self, batch: Batch) -> Arrays:
        return {}


@dataclass(frozen=True, kw_only=True)
class OddColumns(Signal):
    adds: ClassVar[Columns] = {"lines": int}  # pyright: ignore[reportAssignmentType]

    def measure(self, batch: Batch) -> Arrays:
        return {}


@dataclass(frozen=True, kw_only=True)
class OddLibrary(Signal):
    adds: ClassVar[Columns] = {"lines": pa.int32()}
    libraries: ClassVar[tuple[str, ...]] = ("no-such-package-of-this-name",)

    def measure(self, batch: Batch) -> Arrays:
        return {}


@dataclass(frozen=True, kw_only=True)
class OddAnnotation(Signal):
    least: "Sequence[int]" = ()
    adds: ClassVar[Columns] = {"lines": pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        return {}


@dataclass(frozen=True, kw_only=True)
class OddStart(Signal):
    adds: ClassVar[Columns] = {"lines": pa.int32()}

    def __post_init__(self) -> None:
        raise RuntimeError("out of cheese")

    def measure(self, batch: Batch) -> Arrays:
        return {}


@dataclass(frozen=True, kw_only=True)
class OddDefault(Signal):
    words: frozenset[str] = frozenset({"a"})
    adds: ClassVar[Columns] = {"lines": pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        return {}


class NoDataclass(Signal):
    least: int = 3
    adds: ClassVar[Columns] = {"lines": pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        return {}


@dataclass(frozen=True, kw_only=True)
class NoMethod(Signal):
    adds: ClassVar[Columns] = {"lines": pa.int32()}


@dataclass(frozen=True, kw_only=True)
class NoReads(Decision):
    def reasons(self, batch: Batch) -> pa.Array:
        return pa.nulls(batch.num_rows, pa.string())
