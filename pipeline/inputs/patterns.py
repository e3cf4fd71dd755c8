"""Patterns of paths: which part of one is a folder as it is written, and which files the rest of it matches."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.utils import glob_translate


@dataclass(frozen=True)
class Pattern:
    """A pattern below a folder. folder: as it is written, no pattern itself, whatever characters it has."""

    folder: str
    below: str

    @property
    def fixed_parts(self) -> int:
        """How many parts of the whole path stand before the first that may fit several names."""
        return self.folder.count("/") + 1


def is_pattern(path: str) -> bool:
    return any(c in path for c in "*?[")


def divided(path: str, is_there: Callable[[str], bool]) -> Pattern:
    """A path with a pattern in it, as a folder and a pattern below it. path: no URL, parts between "/".

    A part that looks like a pattern is a name where a folder of just that name is there, so that what lies in
    "proj [v2]" is not looked for in "proj v".

    >>> divided("/d/proj [v2]/*.jsonl", lambda folder: True), divided("/d/proj [v2]/*.jsonl", lambda folder: False)
    (Pattern(folder='/d/proj [v2]', below='*.jsonl'), Pattern(folder='/d', below='proj [v2]/*.jsonl'))
    """
    parts = path.split("/")
    fixed = 0
    while fixed < len(parts) - 1 and (not is_pattern(parts[fixed]) or is_there("/".join(parts[: fixed + 1]))):
        fixed += 1
    return Pattern("/".join(parts[:fixed]), "/".join(parts[fixed:]))


def matches(pattern: Pattern, fs: AbstractFileSystem) -> Mapping[str, Mapping[str, Any]]:
    """What lies in a store under names that a pattern matches, folders too: information by name."""
    if not is_pattern(pattern.folder):
        return fs.glob(f"{pattern.folder}/{pattern.below}", detail=True)  # pyright: ignore[reportReturnType]
    depth = None if "**" in pattern.below else pattern.below.count("/") + 1
    found: Mapping[str, Any] = fs.find(pattern.folder, maxdepth=depth, detail=True)  # pyright: ignore[reportAssignmentType]
    fits = re.compile(glob_translate(pattern.below))
    return {name: info for name, info in found.items() if fits.match(name[len(pattern.folder) + 1 :])}
