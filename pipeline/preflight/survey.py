"""Looks at the files of a job before any work: format, size and fields of each source, and what is wrong with files."""

import functools
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, cast

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from corpusmill.cluster.filesystems import S3_CONNECTIONS, asking, filesystem
from corpusmill.operators.abilities import FirstLook, Foresees
from corpusmill.operators.contract import Reader
from corpusmill.operators.readers.framing.encodings import is_encoding
from corpusmill.operators.readers.framing.mapping import listed
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB
from corpusmill.operators.sniff import HEAD_BYTES, Sniffed, sniff
from corpusmill.pipeline.config.base.causes import by_cause, some
from corpusmill.pipeline.config.base.formats import AUTO, format_of, reader_name
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.check.valid_parts import ValidPath
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.inputs.files import InJob, find
from corpusmill.pipeline.inputs.paths import InputFile, plainly
from corpusmill.pipeline.preflight.same_files import in_two_sources, passed_over, under_two_names
from corpusmill.pipeline.report.numbers import size

DISK_THREADS = 4  # look at files on a disk; with more each has its memory, and waits for Python's lock
LOOKED_INTO = 2000  # files of each source; of a store 32 at once: a minute, where a request takes a second
FAULTS = (AssertionError, AttributeError, MemoryError, NameError, NotImplementedError, TypeError)  # of the program
NOTHING_SEEN = FirstLook()
READ_AT_ONCE = 256 << 10  # of a file in a store: a Parquet file's metadata is rarely longer


@dataclass(frozen=True, kw_only=True)
class SourceFiles:
    """The files of one source as `plan` shows them. fields: of the records of the first file that has any."""

    source: str
    files: int
    size_bytes: int
    formats: Mapping[str, int]
    fields: tuple[str, ...]

    def __str__(self) -> str:
        formats = ", ".join(f"{name} {n:,}" if len(self.formats) > 1 else name for name, n in self.formats.items())
        files = f"{self.files:,} file{'' if self.files == 1 else 's'}"
        fields = f"; fields: {listed(self.fields)}" if self.fields else ""
        return f"source {self.source}: {formats}, {files}, {size(self.size_bytes)}{fields}"


@dataclass(frozen=True, kw_only=True)
class Survey:
    """The files of a job, each with the name of its format's reader; what is wrong, and what is worth a remark."""

    files: list[tuple[InputFile, str]]
    problems: list[InJob]
    remarks: list[str]
    sources: list[SourceFiles]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What one file shows. reader: None where nothing tells its format; error: why it cannot be read as the job says.

    at: the last part of the key that the error is about.
    """

    reader: str | None
    error: str | None = None
    at: str = "paths"
    first: FirstLook = NOTHING_SEEN


def survey(paths: Sequence[ValidPath], *, share: float = 1.0, tolerant: bool = False) -> Survey:
    """The files behind the paths, of which up to `LOOKED_INTO` of each source are looked into.

    share: of the files, see `inputs.find`. tolerant: the job goes on without some of its files, so a file that cannot
    be read is a remark, unless its format cannot be told or no file of its source can be read.
    """
    found = find(((p.at, p.path, p.spec) for p in paths), share=share)
    problems, remarks, files, sources = list(found.problems), list[str](), list[tuple[InputFile, str]](), []
    specs = {p.spec.source: p for p in paths}
    by_source: dict[str, list[InputFile]] = {}
    for file in found.files:
        by_source.setdefault(file.source, []).append(file)
    for source, mine in by_source.items():
        spec, at = specs[source].spec, specs[source].at[:2]
        looked = looks(mine, spec)
        bad = [(file, each) for file, each in looked.items() if each.error is not None]
        lenient = tolerant and len(bad) < len(looked) and all(each.reader for _, each in bad)
        for key in ("paths", "columns"):
            about = [(file.uri, f"{file.uri}: {_alone(file.uri, each.error)}") for file, each in bad if each.at == key]
            told = [f"{source}: {line}" for line in by_cause(about)]
            problems += [] if lenient else [InJob((*at, key), line) for line in told]
            remarks += told if lenient else []
        doubts = ((file.uri, f"{file.uri}: {each.first.doubt}") for file, each in looked.items() if each.first.doubt)
        remarks += [f"{source}: {line}" for line in by_cause(doubts)]
        if empty := [file.uri for file in mine if file.size == 0]:
            remarks.append(f"{source}: {len(empty):,} of {len(mine):,} files are empty: {some(empty)}")
        taken = [(file, name) for file in mine if (name := _reader_of(file, spec, looked)) is not None]
        files += taken
        sources.append(_summary(source, taken, looked))
    remarks += [passed_over(source, names) for source, names in found.passed.items()]
    remarks += [*in_two_sources(found.files), *under_two_names(found.files)]
    return Survey(files=files, problems=problems, remarks=remarks, sources=sources)


def looks(files: Sequence[InputFile], spec: InputSpec) -> dict[InputFile, Looked]:
    """What those files of a source show that are looked into: those whose name tells nothing, and a sample by hash."""
    nameless = {f for f in files if spec.format == AUTO and format_of(f.uri) is None}
    order = sorted(files, key=lambda f: digest(f.source, f.uri)) if len(files) > LOOKED_INTO else files
    chosen = nameless.union(order[:LOOKED_INTO])
    built = functools.cache(functools.partial(_built, spec))
    ready = [_look_ready(file, spec, built) for file in files if file in chosen]
    on_disk = not any("://" in file.uri for file in chosen)
    with ThreadPoolExecutor(DISK_THREADS if on_disk else S3_CONNECTIONS) as pool:
        looked = list(pool.map(lambda look: look(), ready))
    return dict(zip((file for file in files if file in chosen), looked, strict=True))


def _built(spec: InputSpec, reader: str) -> Reader | None:
    """The reader; null where the job file is wrong about it, which is told where that is read."""
    try:
        return build_reader(spec, reader)
    except (LookupError, TypeError, ValueError):
        return None


def _look_ready(file: InputFile, spec: InputSpec, built: Callable[[str], Reader | None]) -> Callable[[], Looked]:
    """What looks at a file, in whatever thread it is called; its file system is made here, see `input_paths`."""
    try:
        fs = filesystem(file.uri, spec.storage)
    except OSError as e:
        error = plainly(e)
        return lambda: Looked(reader=None, error=error)
    return lambda: _look(file, spec, built, fs)


def _look(file: InputFile, spec: InputSpec, built: Callable[[str], Reader | None], fs: AbstractFileSystem) -> Looked:
    told = format_of(file.uri) if spec.format == AUTO else spec.format
    named = None if told is None else reader_name(told)
    try:
        with asking(file.uri):
            head = _head(file, fs)
    except OSError as e:
        return Looked(reader=named, error=plainly(e))
    sniffed = _sniffed(file, spec, head[:HEAD_BYTES], None if spec.format == AUTO else named)
    reader = named or sniffed.reader
    if sniffed.error or reader is None:
        return Looked(reader=reader, error=sniffed.error)
    first = _first_look(file, built(reader), fs, head)
    return Looked(reader=reader, error=first.lacks, at="columns", first=first)


def _head(file: InputFile, fs: AbstractFileSystem) -> bytes:
    """The first bytes of a file; of a short one in a store all, so that a first look costs no further request."""
    size = min(file.size, HEAD_BYTES if isinstance(fs, LocalFileSystem) or file.size > READ_AT_ONCE else READ_AT_ONCE)
    return bytes(fs.cat_file(file.uri, start=0, end=size)) if size else b""  # pyright: ignore[reportArgumentType]


def _sniffed(file: InputFile, spec: InputSpec, head: bytes, reader: str | None) -> Sniffed:
    """What its first bytes tell. reader: the one that the job names for it."""
    window, encoding = spec.options.get("max_window_mib"), spec.encoding or spec.options.get("encoding")
    return sniff(
        file.uri,
        head,
        reader,
        max_window_mib=window if isinstance(window, int) else WINDOW_MIB,
        encoding=encoding if isinstance(encoding, str) and is_encoding(encoding) else None,
    )


def _first_look(file: InputFile, made: Reader | None, fs: AbstractFileSystem, head: bytes) -> FirstLook:
    """What the reader sees of a file without reading it. One that cannot be read at all is left to its unit."""
    if not isinstance(made, Foresees) or not file.size:
        return FirstLook()
    try:
        if len(head) == file.size:
            return made.first_look(io.BytesIO(head))
        with asking(file.uri), fs.open(file.uri, "rb", block_size=READ_AT_ONCE) as opened:
            return made.first_look(cast(BinaryIO, opened))
    except FAULTS:
        raise
    except Exception:  # of a damaged file, or a store: reading it will say what it is, with its place
        return FirstLook()


def _reader_of(file: InputFile, spec: InputSpec, looked: Mapping[InputFile, Looked]) -> str | None:
    if file in looked:
        return looked[file].reader
    return reader_name(str(format_of(file.uri)) if spec.format == AUTO else spec.format)


def _summary(source: str, files: Sequence[tuple[InputFile, str]], looked: Mapping[InputFile, Looked]) -> SourceFiles:
    formats = Counter(name.removeprefix("readers.") for _, name in files)
    fields = next((looked[f].first.fields for f, _ in files if f in looked and looked[f].first.fields), ())
    total = sum(f.size for f, _ in files)
    return SourceFiles(source=source, files=len(files), size_bytes=total, formats=dict(formats), fields=fields)


def _alone(uri: str, message: str | None) -> str:
    """The message without the name of the file that it begins with."""
    return (message or "").removeprefix(f"{uri}: ")
