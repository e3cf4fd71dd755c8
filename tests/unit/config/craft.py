"""Small operators of a user's own, for job files in tests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar, Literal

import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import RECORD, Arrays, Columns, Decision, Extract, Reader, Resource, Rewrite, Signal
from corpusmill.operators.file_format import Span


@dataclass(frozen=True, kw_only=True)
class Pages(Reader):
    """Reads nothing, but declares pages."""

    columns: dict[str, str] = field(default_factory=dict)
    makes: ClassVar[Columns] = {"content": pa.large_binary(), "url": pa.string()}

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist([], schema=pa.schema(list({**RECORD, **self.makes}.items())))


@dataclass(frozen=True, kw_only=True)
class Lines(Reader):
    """Reads nothing, but declares text."""

    makes: ClassVar[Columns] = {"text": TEXT}

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist([], schema=pa.schema(list({**RECORD, **self.makes}.items())))


@dataclass(frozen=True, kw_only=True)
class Text(Extract):
    """Gives every page the same text, and a title."""

    adds: ClassVar[Columns] = {"title": pa.string()}

    def extract(self, batch: Batch) -> Arrays:
        rows = batch.num_rows
        return {"text": pa.array(["a"] * rows, TEXT), "failure": pa.nulls(rows, pa.string()), "title": pa.nulls(rows)}


@dataclass(frozen=True, kw_only=True)
class Trim(Rewrite):
    """Changes nothing."""

    adds: ClassVar[Columns] = {"trimmed": pa.int32()}

    def rewrite(self, batch: Batch) -> Arrays:
        return {"text": batch.column("text"), "trimmed": pa.array([0] * batch.num_rows, pa.int32())}


@dataclass(frozen=True, kw_only=True)
class Tongue(Signal):
    """Finds the same language in everything."""

    model: Resource | None = None
    adds: ClassVar[Columns] = {"language": pa.string(), "language_score": pa.float32()}

    def measure(self, batch: Batch) -> Arrays:
        return {
            "language": pa.array(["en"] * batch.num_rows),
            "language_score": pa.array([1.0] * batch.num_rows, pa.float32()),
        }


@dataclass(frozen=True, kw_only=True)
class Only(Decision):
    """Keeps some languages."""

    keep: tuple[str, ...]
    min_score: float = 0.5
    ties: Literal["keep", "drop"] = "keep"
    bounds: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    reads: ClassVar[Columns] = {"language": pa.string(), "language_score": pa.float32()}

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ValueError(f"min_score is a share, 0 to 1, got {self.min_score!r}")

    def reasons(self, batch: Batch) -> pa.Array:
        return pa.nulls(batch.num_rows, pa.string())


@dataclass(frozen=True, kw_only=True)
class Renumber(Signal):
    """Gives every document the number 7."""

    adds: ClassVar[Columns] = {"doc_id": pa.int64(), "offset": pa.int64(), "url": pa.int32()}

    def measure(self, batch: Batch) -> Arrays:
        return {name: pa.array([7] * batch.num_rows, dtype) for name, dtype in self.adds.items()}


@dataclass(frozen=True, kw_only=True)
class Numbered(Reader):
    """Reads nothing, but declares numbers of its own."""

    makes: ClassVar[Columns] = {"text": TEXT, "doc_id": pa.int64(), "language": pa.int8()}

    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pylist([], schema=pa.schema(list({**RECORD, **self.makes}.items())))
