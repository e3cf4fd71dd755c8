"""Addresses as the job file writes them, in place of those that a run needs: no folder of a desk is published."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusmill.errors import InvalidAddress
from corpusmill.pipeline.config.base.addresses import Surroundings
from corpusmill.pipeline.config.base.formats import LIST_MARK
from corpusmill.pipeline.inputs.paths import is_pattern

HIDDEN = "..."


@dataclass(frozen=True)
class AsWritten:
    """Beginnings of addresses and what the job file writes for them, longest first; made by `as_written`."""

    beginnings: tuple[tuple[str, str], ...] = ()

    def address(self, address: str) -> str:
        """The address as the job file would write it; of a local one that it does not lead to only the file's name.

        >>> AsWritten((("/home/me/job", "."),)).address("/home/me/job/data/a.jsonl")
        'data/a.jsonl'
        >>> AsWritten().address("/home/me/job/data/a.jsonl"), AsWritten().address("s3://bucket/a.jsonl")
        ('.../a.jsonl', 's3://bucket/a.jsonl')
        """
        mark = LIST_MARK if address.startswith(LIST_MARK) else ""
        path = address.removeprefix(mark)
        if not path.startswith("/"):
            return address
        for located, written in self.beginnings:
            if path == located or path.startswith(located.rstrip("/") + "/"):
                rest = path.removeprefix(located).lstrip("/")
                return mark + "/".join(part for part in ("" if written == "." and rest else written, rest) if part)
        return f"{mark}{HIDDEN}/{path.rstrip('/').rpartition('/')[2]}"

    def everywhere(self, value: Any) -> Any:
        """A value of a job with all its addresses as they are written; other texts do not begin with a slash."""
        if isinstance(value, Mapping):
            return {key: self.everywhere(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.everywhere(each) for each in value]
        local = isinstance(value, str) and value.removeprefix(LIST_MARK).startswith("/")
        return self.address(value) if local else value

    def to_json(self) -> str:
        """What `from_json` takes."""
        return json.dumps(self.beginnings)

    @classmethod
    def from_json(cls, text: str) -> "AsWritten":
        """The same, written by another process."""
        return cls(tuple((located, written) for located, written in json.loads(text)))


def as_written(data: Any, folder: Path, environment: Mapping[str, str]) -> AsWritten:
    """What the job file in `folder` writes for each address. data: its values, overrides set."""
    around = Surroundings(folder=folder, environment=environment)
    found = {str(folder.absolute()): "."}
    for text in texts(data):
        try:
            located = around.located(text)
        except (InvalidAddress, OSError, RuntimeError, ValueError):
            continue  # no address
        if located.removeprefix(LIST_MARK).startswith("/"):
            begin, written = beginnings(located.removeprefix(LIST_MARK), text.removeprefix(LIST_MARK))
            if begin:
                found.setdefault(begin, written)
    return AsWritten(tuple(sorted(found.items(), key=lambda item: (-len(item[0]), item))))


def beginnings(located: str, written: str) -> tuple[str, str]:
    """Where an address begins as it is located, and as it is written, when what both end with is taken off.

    >>> beginnings("/home/me/data/*.jsonl", "data/*.jsonl"), beginnings("/mnt/d/x/a.gz", "${DATA}/x/a.gz")
    (('/home/me', '.'), ('/mnt/d', '${DATA}'))
    >>> beginnings("/mnt/d/x/*.gz", "/mnt/d/x/*.gz")
    ('/mnt/d/x', '/mnt/d/x')
    """
    theirs, ours = located.rstrip("/").split("/"), written.rstrip("/").removeprefix("./").split("/")
    if theirs == ours:
        fixed = next((n for n, part in enumerate(theirs) if is_pattern(part)), len(theirs))
        same = "/".join(theirs[:fixed])
        return same, same
    while theirs and ours and theirs[-1] == ours[-1]:
        del theirs[-1], ours[-1]
    return "/".join(theirs), "/".join(ours) or "."


def texts(value: Any) -> Iterator[str]:
    """Every text among the values of a job file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in texts(each))
    elif isinstance(value, Iterable):
        yield from (text for each in value for text in texts(each))
