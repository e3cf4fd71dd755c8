"""What every operator promises; each promise is checked on every batch (operators.checks).

Five verbs, each a base class with one abstract method. An operator is a frozen, keyword-only dataclass derived from
exactly one verb: its parameters are its fields, `reads` and `adds` declare its columns with their Arrow types.
Ray Data lets a schema drift from block to block without a word; here it is a ContractError that names the operator.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.errors import ContractError
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.checks import Arrays, Columns, checked, refuse_overwriting, require

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


@runtime_checkable
class Awaiting(Protocol):
    """A step that needs to know something of all documents before it can treat one of them.

    It cuts the list of steps in two: what stands before it runs over every document, and what each batch `gathers` is
    put together by the stage of that name; the answer comes back as `found`, and the other steps go on from there.
    """

    stage: ClassVar[str]
    found: Resource | None  # null: to be found out by this run; an address: the answer of an earlier one

    def gathering(self) -> Any:
        """Plain values that change with whatever decides what is gathered, the text apart."""
        ...

    def combining(self) -> Any:
        """Plain values that change with whatever else decides the answer, when all is gathered."""
        ...


@runtime_checkable
class Unfolds(Protocol):
    """An extract step that finds several documents in a page, as the items of the list column `unfolds`.

    A job runs it while it reads, before documents get numbers: each item is a document of its own, with the columns of
    the item beside those of its page. The items are structs and have a `text`.
    """

    unfolds: ClassVar[str]

    def columns_unfolded(self) -> Columns:
        """The columns of an item."""
        ...


@runtime_checkable
class ChecksFiles(Protocol):
    """An operator that can tell, its files opened, whether they are what it needs: asked once, before any work."""

    def check_files(self) -> None:
        """Raise ValueError for a file that is something else; cheap, nothing is measured."""
        ...


@runtime_checkable
class RemarksOnFiles(Protocol):
    """An operator that can see, its files opened, that a part of them will have no effect."""

    def file_remarks(self) -> Iterator[str]:
        """One sentence for each such part, with what to do; nothing is measured."""
        ...


@dataclass(frozen=True, kw_only=True)
class FirstLook:
    """What the head or foot of a file shows of it, before it is read.

    fields: names of the fields of its records, empty where it has none, or is damaged. lacks: what the reader needs and
    the file has not, with what to do; doubt: the same of what may be missing from the first records by chance.
    """

    fields: tuple[str, ...] = ()
    lacks: str | None = None
    doubt: str | None = None


@runtime_checkable
class ChecksColumns(Protocol):
    """A step that can say by the types of columns, before any work, that some of its parameters fit none of them."""

    def wrong_columns(self, columns: Columns) -> Iterator[str]:
        """One message for each; columns that it does not read may be among them, and some that it reads may lack."""
        ...


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Describes one bound of a decision, for curves and what-if.

    reason: what documents beyond it get; low: whether it is a least value, else a largest one. bound: null where it
    differs from document to document. key: where it is under the parameters of the step, as `--set` writes it.
    """

    reason: str
    column: str
    low: bool
    bound: float | None
    key: str


@runtime_checkable
class Ruled(Protocol):
    """A decision of several rules, each of which can be looked at by itself."""

    def broken(self, batch: Batch) -> Sequence[tuple[str, np.ndarray]]:
        """Each rule's reason, in the order in which they are tried, and whether each document breaks it: bool[n]."""
        ...

    def thresholds(self) -> Sequence[Threshold]:
        """The bounds that are in use; rules that compare no number with a bound have none."""
        ...


@runtime_checkable
class Foresees(Protocol):
    """A reader that can see by a file's head or foot whether it will find what it is to read."""

    def first_look(self, file: BinaryIO) -> FirstLook:
        """Look at a file, cheaply. One that is damaged lacks nothing: it is left to be read."""
        ...


@dataclass(frozen=True)
class Span:
    """A stretch of a file: every record that BEGINS in [start, end) belongs to it, wherever it ends.

    Of compressed lines: every line whose member begins there, less the end of the line that the span before began.
    """

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """Describes the files of a reader, so that they are recognised before any work (operators.sniff).

    title: how messages call the format; empty for a reader whose files are never recognised.
    suffixes: endings of names, lower case with their dot, without that of a compression.
    magic: matches the first bytes, decompressed. opening: matches the first bytes of the text in them, in UTF-8 without
    byte order mark and leading white space. inside: of formats with the same magic, bytes that tell this one.
    compressed: whether its files may be compressed as a whole (gzip, Zstandard, LZ4), with that ending after theirs.
    zipped: whether it also reads them as members of a zip archive.
    certain: whether magic or opening alone choose this reader; if not, the name or the job file has to.
    any_text: whether any text is such a file, whatever it begins with.
    archive: whether its records carry addresses (URLs) of their own.
    sample: bytes of the smallest file, read once to compile the kernels of the reader; empty if it has none.
    """

    title: str = ""
    suffixes: tuple[str, ...] = ()
    magic: re.Pattern[bytes] | None = None
    opening: re.Pattern[bytes] | None = None
    inside: bytes | None = None
    compressed: bool = True
    zipped: bool = False
    certain: bool = True
    any_text: bool = False
    archive: bool = False
    sample: bytes = b""


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
