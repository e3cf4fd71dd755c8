"""What an operator may be able to do beside its verb: each a protocol that the pipeline looks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Protocol, runtime_checkable

import numpy as np

from corpusmill.operators.batch import Batch
from corpusmill.operators.checks import Columns
from corpusmill.operators.contract import Resource


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
