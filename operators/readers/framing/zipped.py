"""Reads the members of a zip archive with a reader of plain files, and says of each other member why it is not read.

A row's offset is that of the head of its member, its length that of the bytes that the member holds; a member is
read by the span in which its head is.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.errors import DamagedData
from corpusmill.operators.contract import Reader
from corpusmill.operators.file_format import FileFormat, Span
from corpusmill.operators.readers.framing.codecs import MAGIC
from corpusmill.operators.readers.framing.lines import COMPRESSION
from corpusmill.operators.readers.framing.rows import Rows
from corpusmill.operators.readers.framing.stored import Stored
from corpusmill.operators.readers.framing.zip_members import LOCAL, METHODS, Entry, MemberFile, entries, is_zip

HIDDEN = ("_", ".")  # folders and files of other programs: __MACOSX, .DS_Store
COMPRESSED = (".gz", ".gzip", ".zst", ".zstd", ".lz4", ".bz2")
OPENING_BYTES = 512
NAME = "source_id"  # the column that has the name of its member, where a reader has one


@dataclass(frozen=True)
class Unread:
    """Why a member is not read: it is none of the reader's (skipped), or cannot be read (failure)."""

    skipped: str | None = None
    failure: str | None = None


def zipped(
    reader: Reader, stored: Stored, span: Span, *, most_bytes: int | None = None, named: bool = True
) -> Iterator[pa.RecordBatch]:
    """What `reader` makes of the members whose heads lie in the span.

    most_bytes: of a member, for a reader that holds it whole; a longer one is a failed row `record_too_large`.
    named: whether the name of a member is the id of its documents, where the reader has a column for ids.
    """
    rows = Rows(reader.columns_made())
    named = named and NAME in type(reader).makes
    try:
        for entry in entries(stored):
            if not span.start <= entry.offset < span.end:
                continue
            file = MemberFile(stored, entry)
            unread = unread_of(entry, file, reader.format, most_bytes)
            if unread is not None:
                rows.other(entry.offset, 0, skipped=unread.skipped, failure=unread.failure)
            else:
                if len(rows):
                    yield rows.batch()
                whole = _held(file) if most_bytes is not None else file
                size = entry.size_bytes if file.damage is None else 0  # of a document that is damaged nothing is read
                for batch in reader.batches(cast(BinaryIO, whole), Span(0, size)):
                    rows.count(batch["length"])
                    yield _of_member(batch, entry, named)
                if file.damage is not None:
                    rows.other(entry.offset, 0, failure=f"bad_member: {entry.name}: {file.damage}")
            if rows.full:
                yield rows.batch()
    except DamagedData as e:
        if span.start < span.end == stored.size:  # in one span of several: the last
            rows.other(stored.size - 1, 0, failure=str(e))
    rows.close(span, COMPRESSION)
    if len(rows):
        yield rows.batch()


def unread_of(entry: Entry, file: MemberFile, format_: FileFormat, most_bytes: int | None) -> Unread | None:
    """Why a member is not read; null for one that is.

    It is read by the ending of its name, or, where that is no reader's, when it begins as files of this reader do.
    """
    if (passed := passed_over(entry.name)) is not None:
        return Unread(skipped=passed)
    last = entry.name.replace("\\", "/").rpartition("/")[2]
    if not (named_like(last, format_) or ("." not in last and _begins_like(file, format_))):
        return Unread(skipped="other_member")
    if entry.encrypted:
        return Unread(failure=f"encrypted_member: {entry.name}")
    if entry.method not in METHODS:
        return Unread(failure=f"bad_member: {entry.name}: compression method {entry.method} is not read")
    if most_bytes is not None and entry.size_bytes > most_bytes:
        return Unread(failure=f"record_too_large: {entry.size_bytes}")
    if file.read(len(LOCAL)) == LOCAL:
        return Unread(failure=f"zip_in_zip: {entry.name}")
    return None


def passed_over(name: str) -> str | None:
    """Why no reader reads a member of this name; null for others.

    >>> passed_over("a/"), passed_over("__MACOSX/._a.html"), passed_over("a/b.html")
    ('folder', 'hidden_member', None)
    """
    parts = name.replace("\\", "/").split("/")
    if not parts[-1]:
        return "folder"
    return "hidden_member" if any(part.startswith(HIDDEN) and part.strip(".") for part in parts) else None


def named_like(name: str, format_: FileFormat) -> bool:
    """Whether a name ends as those of this format do, with the ending of a compression or without.

    >>> named_like("a/B.HTML.gz", FileFormat(suffixes=(".html",))), named_like("a.css", FileFormat(suffixes=(".html",)))
    (True, False)
    """
    low = name.lower()
    stem = next((low[: -len(end)] for end in COMPRESSED if low.endswith(end)), low)
    return stem.endswith(format_.suffixes)


def first_member(file: BinaryIO, format_: FileFormat) -> BinaryIO:
    """The first member of an archive that a reader of this format reads, as a file; of no archive the file itself."""
    stored = Stored(file)
    if not is_zip(stored):
        file.seek(0)
        return file
    try:
        for entry in entries(stored):
            member = MemberFile(stored, entry)
            if unread_of(entry, member, format_, None) is None:
                member.seek(0)
                return cast(BinaryIO, member)
    except DamagedData:
        pass
    return io.BytesIO()


def _held(file: MemberFile) -> io.BytesIO:
    """All of a member, read to its end, so that damage anywhere in it shows."""
    file.seek(0)
    return io.BytesIO(file.readall())


def _begins_like(file: MemberFile, format_: FileFormat) -> bool:
    file.seek(0)
    head = file.read(OPENING_BYTES) or b""
    file.seek(0)
    if head.startswith(tuple(MAGIC.values())):
        return False
    if format_.opening is None:
        return format_.any_text and b"\0" not in head
    return format_.opening.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()) is not None


def _of_member(batch: pa.RecordBatch, entry: Entry, named: bool) -> pa.RecordBatch:
    """The rows with the place of their member in the file, and its name where the reader declares a column for it."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    columns["offset"] = pa.array(np.full(batch.num_rows, entry.offset, np.int64))
    if named:
        document = pc.and_(pc.is_null(batch["skipped"]), pc.is_null(batch["failure"]))
        columns[NAME] = pc.if_else(document, pa.scalar(entry.name), pa.scalar(None, pa.string()))
    return pa.RecordBatch.from_pydict(columns, schema=batch.schema)
