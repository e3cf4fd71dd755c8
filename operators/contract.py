"""What every operator promises; each promise is checked on every batch (operators.checks).

Five verbs, each a base class with one abstract method. An operator is a frozen, keyword-only dataclass derived from
exactly one verb: its parameters are its fields, `reads` and `adds` declare its columns with their Arrow types.
Ray Data lets a schema drift from block to block without a word; here it is a ContractError that names the operator.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.errors import ContractError
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.checks import Arrays, Columns, checked, refuse_overwriting, require
from corpusmill.operators.file_format import FileFormat, Span

# What every reader tells of every record, beside the columns it `makes`. The lengths of all rows of a span add up to
# the bytes of the span: what is not a document is a row too, skipped or failed.
RECORD: Columns = {
    "offset": pa.int64(),  # where the record begins: byte of the file, row of Parquet; in compressed lines see Jsonl
    "length": pa.int64(),  # bytes of the file it takes up, as stored; of compressed lines those inflated
    "skipped": pa.string(),  # null for a document; else what kind of record it is: "request", "blank_line"
    "failure": pa.string(),  # null when sound; else "reason" or "reason: what was found", e.g. "truncated_gzip: ..."
}


@dataclass(frozen=True)
class Resource:
    """A file an operator needs: a model, a list. Written in the job file as its address, a plain string.

    `shipped:signals/models/lid.176.ftz` lies in this package; anything else is an fsspec address. The pipeline reads it
    once a process and hands the operator a copy with `content` set; operators never open anything.
    """

    address: str
    content: bytes | None = field(default=None, compare=False, repr=False)

    def read(self) -> bytes:
        if self.content is None:
            raise ContractError(f"resource {self.address!r} was not opened before use; see operators.load.equip")
        return self.content


@dataclass(frozen=True, kw_only=True)
class Reader(ABC):
    """Makes rows from an open binary file. Reads on after damage: a damaged region is one failed row."""

    makes: ClassVar[Columns]
    format: ClassVar[FileFormat] = FileFormat()
    version: ClassVar[int] = 1
    libraries: ClassVar[tuple[str, ...]] = ()
    splittable: ClassVar[bool] = False  # whether spans inside one file can be read apart

    @abstractmethod
    def batches(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        """Record batches with the columns of `RECORD` and of `makes`, in file order, each of bounded size."""

    def columns_made(self) -> Columns:
        return self.makes

    def __call__(self, file: BinaryIO, span: Span) -> Iterator[pa.RecordBatch]:
        declared = pa.schema(list({**RECORD, **self.columns_made()}.items()))
        for batch in self.batches(file, span):
            if not batch.schema.equals(declared):
                raise ContractError(f"{type(self).__name__} declares {declared}, but read {batch.schema}")
            yield batch


@dataclass(frozen=True, kw_only=True)
class Extract(ABC):
    """Turns the bytes of a page into text: binary `content` in, `text`, `failure` and declared columns out."""

    reads: ClassVar[Columns] = {"content": pa.large_binary()}
    adds: ClassVar[Columns] = {}
    version: ClassVar[int] = 1
    libraries: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def extract(self, batch: Batch) -> Arrays:
        """`text`, `failure` (null when sound) and one array per name in `adds`. A failed row has null text."""

    def columns_read(self) -> Columns:
        return self.reads

    def columns_added(self) -> Columns:
        return {"text": TEXT, "failure": pa.string(), **self.adds}

    def __call__(self, batch: Batch) -> Batch:
        require(batch, self.columns_read(), who=self)
        refuse_overwriting(batch, self.adds, who=self)
        arrays = checked(self.extract(batch), self.columns_added(), batch, who=self)
        failed = pc.is_valid(arrays["failure"])
        if pc.any(pc.equal(failed, pc.is_valid(arrays["text"]))).as_py():
            raise ContractError(f"{type(self).__name__}: each row has either text or a failure, never both or neither")
        return batch.with_columns(arrays)


@dataclass(frozen=True, kw_only=True)
class Rewrite(ABC):
    """Changes `text` and counts its changes per kind. Never drops or reorders a row; null text stays null."""

    reads: ClassVar[Columns] = {"text": TEXT}
    adds: ClassVar[Columns]
    version: ClassVar[int] = 1
    libraries: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def rewrite(self, batch: Batch) -> Arrays:
        """`text` and one array of counts per name in `adds`."""

    def columns_read(self) -> Columns:
        return self.reads

    def columns_added(self) -> Columns:
        return {"text": TEXT, **self.adds}

    def __call__(self, batch: Batch) -> Batch:
        require(batch, self.columns_read(), who=self)
        arrays = checked(self.rewrite(batch), self.columns_added(), batch, who=self)
        refuse_overwriting(batch, self.adds, who=self)
        if not arrays["text"].is_null().equals(pc.is_null(batch.column("text"))):
            raise ContractError(f"{type(self).__name__}: text must be null where it was, and nowhere else")
        return batch.with_columns(arrays)


@dataclass(frozen=True, kw_only=True)
class Signal(ABC):
    """Measures each document and adds columns. Never drops, reorders or edits a row."""

    reads: ClassVar[Columns] = {"text": TEXT}
    adds: ClassVar[Columns]
    version: ClassVar[int] = 1
    libraries: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def measure(self, batch: Batch) -> Arrays:
        """One array per name in `adds`, each `batch.num_rows` long."""

    def columns_read(self) -> Columns:
        return self.reads

    def columns_added(self) -> Columns:
        return self.adds

    def __call__(self, batch: Batch) -> Batch:
        require(batch, self.columns_read(), who=self)
        refuse_overwriting(batch, self.columns_added(), who=self)
        return batch.with_columns(checked(self.measure(batch), self.columns_added(), batch, who=self))


@dataclass(frozen=True, kw_only=True)
class Decision(ABC):
    """Says for each document why it goes, or null to keep it. Reads columns; the thresholds are its parameters."""

    reads: ClassVar[Columns]
    version: ClassVar[int] = 1
    libraries: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def reasons(self, batch: Batch) -> pa.Array:
        """A string array: null = keep; else the reason, the same few short words for every document it fits."""

    def columns_read(self) -> Columns:
        return self.reads

    def __call__(self, batch: Batch) -> pa.Array:
        require(batch, self.columns_read(), who=self)
        declared = {"drop_reason": pa.string()}
        return checked({"drop_reason": self.reasons(batch)}, declared, batch, who=self)["drop_reason"]


Operator = Reader | Extract | Rewrite | Signal | Decision

VERBS = (Reader, Extract, Rewrite, Signal, Decision)


def mask_of(reasons: pa.Array) -> np.ndarray:
    """True where a Decision keeps the row."""
    return reasons.is_null().to_numpy(zero_copy_only=False)
