"""Says which files of a job are read more than once, and which of those in its folders are not read."""

import os
from collections.abc import Iterator, Sequence

from corpusmill.cluster.address import normal
from corpusmill.cluster.filesystems import protocol_of
from corpusmill.pipeline.config.base.causes import some
from corpusmill.pipeline.inputs.paths import InputFile


def passed_over(source: str, names: Sequence[str]) -> str:
    """Of a source the unfinished files and older copies that its folders and patterns hold, in words."""
    is_are = "file is" if len(names) == 1 else "files are"
    told = f"{len(names):,} {is_are} passed over, named as what is not finished or an older copy"
    return f"{source}: {told}: {some(names)}; a path of its own makes one an input"


def in_two_sources(files: Sequence[InputFile]) -> Iterator[str]:
    """Pairs of sources that read the same files, in words."""
    if len({file.source for file in files}) < 2:
        return
    owners: dict[str, list[str]] = {}
    for file in files:
        owners.setdefault(file.uri, []).append(file.source)
    shared: dict[tuple[str, ...], list[str]] = {}
    for uri, sources in owners.items():
        if len(sources) > 1:
            shared.setdefault(tuple(sources), []).append(uri)
    for sources, uris in shared.items():
        count = f"{len(uris):,} file{' is' if len(uris) == 1 else 's are'}"
        yield f"{count} in more than one source ({', '.join(sources)}), and read once for each: {some(uris)}"


def under_two_names(files: Sequence[InputFile]) -> Iterator[str]:
    """Files that a source reads more than once because they have several names (links, file://), in words."""
    found: dict[tuple[str, str | tuple[int, int]], list[str]] = {}
    for file in files:
        if protocol_of(file.uri) in ("file", "local"):
            found.setdefault((file.source, _identity(file.uri)), []).append(file.uri)
    again: dict[str, list[list[str]]] = {}
    for (source, _), uris in found.items():
        if len(uris) > 1:
            again.setdefault(source, []).append(uris)
    for source, groups in again.items():
        is_are = "file has" if len(groups) == 1 else "files have"
        told = f"{len(groups):,} {is_are} several names, and each name is read: {some(groups[0])}"
        yield f"{source}: {told}; leave out all names but one, unless the documents shall count that often"


def _identity(uri: str) -> str | tuple[int, int]:
    """What is the same for all names of a local file: its place on the disk; its address where it is gone."""
    where = normal(uri)
    try:
        told = os.stat(where)
    except OSError:
        return where
    return told.st_dev, told.st_ino
