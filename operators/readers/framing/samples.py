"""Finds the samples of a tar file: files next to each other whose names are alike up to the first dot."""

import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from corpusmill.operators.readers.framing.storage_errors import Storage

KEY = "__key__"
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


def samples_of(file: Storage, size: int) -> Iterator[Sample]:
    """Every sample of a tar file of `size` bytes, and what else is in it, in order, without gap or overlap."""
    start, key, files = 0, "", dict[str, Place]()
    at = 0
    try:
        file.seek(0)
        tar = tarfile.open(fileobj=file, mode="r:", errorlevel=1)  # noqa: SIM115  what is closed is the caller's
        while (member := tar.next()) is not None:
            vars(tar)["members"] = []  # else it keeps all that it has passed
            name = NAME.match(member.name) if member.isreg() else None
            other = name is None or name[1] != key or name[2].lower() in files
            if other and (files or member.offset > start):
                yield _sample(start, member.offset, key, files)
                start, files = member.offset, {}
            if member.offset_data + member.size > size:
                raise tarfile.ReadError("a file breaks off")
            at = tar.offset
            if name is None:
                yield Sample(start, at - start, skipped="not_a_sample")
                start, key = at, ""
            else:
                key = name[1]
                files[name[2].lower()] = Place(member.offset_data, member.size)
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as e:
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
        yield Sample(start, size - start, skipped="tar_end")


def _sample(start: int, end: int, key: str, files: Mapping[str, Place]) -> Sample:
    return Sample(start, end - start, key, files, skipped=None if files else "not_a_sample")
