"""Finds the samples of a tar file: files next to each other whose names are alike up to the first dot."""

import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from corpusmill.operators.readers.framing.storage_errors import Storage
from corpusmill.operators.readers.framing.stored import Stored

UNREADABLE = (tarfile.TarError, ValueError, OverflowError, EOFError, IndexError, RecursionError)
KEY = "__key__"
SHOWN_CHARS = 100
MOST_HEAD_BYTES = 1 << 20  # guess: of a name that has blocks of its own
NAME = re.compile(r"^((?:.*/)?[^./]+)\.([^/]+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the content of a file lies."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample with its files by the rest of their names, in lower case; or bytes that are none.

    offset, length: from the head of its first file up to the head behind its last one.
    """

    offset: int
    length: int
    key: str = ""
    files: Mapping[str, Place] = field(default_factory=dict)
    skipped: str | None = None
    failure: str | None = None


class _Heads(Storage):
    """A file of which only heads are read. ReadError for one whose size is negative or above MOST_HEAD_BYTES."""

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= MOST_HEAD_BYTES:
            raise tarfile.ReadError(f"a head of {size} bytes")
        return super().read(size)


def samples_of(file: Storage, size: int) -> Iterator[Sample]:
    """Every sample of a tar file of `size` bytes, and what else is in it, in order, without gap or overlap."""
    start, key, files = 0, "", dict[str, Place]()
    at = 0
    try:
        file.seek(0)
        tar = tarfile.open(fileobj=_Heads(file), mode="r:", errorlevel=1)  # noqa: SIM115  what is closed is the caller's
        while (member := tar.next()) is not None:
            tar.members = []  # pyright: ignore[reportAttributeAccessIssue]  else it keeps all that it has passed
            if member.size < 0 or tar.offset <= member.offset:
                raise tarfile.ReadError(f"a file of {member.size} bytes")
            wrong = _wrong(member)
            name = NAME.match(member.name) if member.isreg() and wrong is None else None
            other = name is None or name[1] != key or name[2].lower() in files
            if other and (files or member.offset > start):
                yield _sample(start, member.offset, key, files)
                start, files = member.offset, {}
            if min(member.offset_data + member.size, tar.offset) > size:
                raise tarfile.ReadError("a file breaks off")
            if name is not None and member.offset_data + member.size > tar.offset:
                raise tarfile.ReadError("a file reaches into the next one")
            at = min(tar.offset, size)
            if name is None:
                yield Sample(start, at - start, skipped=None if wrong else "not_a_sample", failure=wrong)
                start, key = at, ""
            else:
                key = name[1]
                files[name[2].lower()] = Place(member.offset_data, member.size)
    except UNREADABLE as e:
        file.raise_if_failed()
        if files and at > start:
            yield _sample(start, at, key, files)
            start = at
        if size > start:
            yield Sample(start, size - start, failure=f"bad_tar: {e}")
        return
    if files:
        yield _sample(start, at, key, files)
        start = at
    if size > start:
        blank = Stored(file).is_blank(start, size)
        failure = None if blank else f"bad_tar: no head of a file at byte {start}"
        yield Sample(start, size - start, skipped="tar_end" if blank else None, failure=failure)


def _wrong(member: tarfile.TarInfo) -> str | None:
    """What keeps a file from being read, though what follows it can be."""
    if member.issparse():
        return "bad_tar: a sparse file"
    try:
        member.name.encode()
    except UnicodeEncodeError:
        return f"bad_name: {member.name[:SHOWN_CHARS]!r}"
    return None


def _sample(start: int, end: int, key: str, files: Mapping[str, Place]) -> Sample:
    return Sample(start, end - start, key, files, skipped=None if files else "not_a_sample")
