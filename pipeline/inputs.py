"""From the paths of a job to the files they mean, before any work: what is missing is told at once, all of it."""

import gzip
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cluster.storage import etag_of, filesystem, protocol_of
from pipeline.config.inputs import InputSpec
from pipeline.config.source import Path, dotted
from pipeline.identity import digest

LISTS = (".paths", ".paths.gz")  # Common Crawl's name for a list of files
HIDDEN = ("_", ".")  # markers and checksums that other tools leave in a folder of data


@dataclass(frozen=True)
class InJob:
    """One thing that is wrong, and the key of the job that says it.

    >>> str(InJob(("inputs", 0, "paths", 1), "there is no such file"))
    'inputs[0].paths[1]: there is no such file'
    """

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.message}"


class InputError(RuntimeError):
    """Inputs of a job cannot be used as they are; `problems` names each, with what to do."""

    def __init__(self, problems: Iterable[str | InJob]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, order=True)
class InputFile:
    """One file of a source, as the store lists it now."""

    source: str
    uri: str
    size: int
    etag: str


def find_files(inputs: Iterable[InputSpec], *, share: float = 1.0) -> list[InputFile]:
    """Every file that the sources name, sorted by (source, uri), each once. InputError lists all that is wrong.

    share: of the files of each source, at least one; by hash, so that a larger share contains a smaller one.
    """
    problems: list[str | InJob] = []
    found: dict[tuple[str, str], InputFile] = {}
    for number, spec in enumerate(inputs):
        for place, path in enumerate(spec.paths):
            at = ("inputs", number, "paths", place)
            try:
                files = expand(path, spec)
                if not files:
                    problems.append(InJob(at, f"{spec.source}: {path!r} {_holds_nothing(path, spec)}"))
            except OSError as e:
                problems.append(InJob(at, f"{spec.source}: {path!r}: {_plainly(e)}"))
                continue
            found |= {(f.source, f.uri): f for f in files}
    if problems:
        raise InputError(problems)
    return [f for source in sorted({f.source for f in found.values()}) for f in _sample(found.values(), source, share)]


def _sample(files: Iterable[InputFile], source: str, share: float) -> list[InputFile]:
    """The files of one source whose hash is lowest, in order."""
    mine = sorted((f for f in files if f.source == source), key=lambda f: digest(f.source, f.uri))
    return sorted(mine[: max(1, round(share * len(mine)))])


def expand(path: str, spec: InputSpec) -> list[InputFile]:
    """The files behind one path: a file, a folder, a glob, or a list of these. OSError when it cannot be looked at."""
    if path.startswith("list:") or path.endswith(LISTS):
        return [
            f for line in _lines(path.removeprefix("list:"), spec.storage) for f in expand(spec.prefix + line, spec)
        ]
    fs = filesystem(path, spec.storage)
    where = os.path.abspath(path) if protocol_of(path) == "file" and "://" not in path else path
    if any(c in path for c in "*?["):
        infos: Mapping[str, Any] = fs.glob(where, detail=True)  # pyright: ignore[reportAssignmentType]
    elif fs.isdir(where):
        infos = fs.find(where, detail=True)  # pyright: ignore[reportAssignmentType]
    else:
        infos = {where: fs.info(where)}
    return [
        InputFile(spec.source, str(fs.unstrip_protocol(name)) if "://" in path else name, int(i["size"]), etag_of(i))
        for name, i in infos.items()
        if i["type"] == "file" and not os.path.basename(name).startswith(HIDDEN)
    ]


def _lines(path: str, storage: Mapping[str, Any]) -> list[str]:
    """The non-blank lines of a list of paths, gzipped or not."""
    fs = filesystem(path, storage)
    raw = bytes(fs.cat_file(path))  # pyright: ignore[reportArgumentType]
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    return [line.strip() for line in text.splitlines() if line.strip()]


def _holds_nothing(path: str, spec: InputSpec) -> str:
    """What to say of a path that exists, or is a pattern, and names no file."""
    if path.startswith("list:") or path.endswith(LISTS):
        return "names no file: the list is empty, or its patterns fit nothing; correct it"
    if not any(c in path for c in "*?[") and filesystem(path, spec.storage).isdir(path):
        return f"is a folder and holds no file but hidden ones ({' '.join(HIDDEN)}); name the folder of the data"
    return "names no file; see what lies there, or correct the pattern"


def _plainly(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        missing = f" {error.filename!r}" if error.filename else ""
        return f"there is no such file or folder{missing}; correct the path, or put the data there"
    if isinstance(error, PermissionError):
        return "no permission to read it; check the credentials or the file's mode"
    return str(error)
