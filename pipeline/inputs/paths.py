"""What the paths of an input name: a file, a folder, a pattern, or a list of these; and what is wrong with each."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from corpusmill.cluster.content_tag import content_tag
from corpusmill.cluster.filesystems import S3_CONNECTIONS, asking, filesystem, protocol_of
from corpusmill.cluster.first_word import FirstWord
from corpusmill.cluster.folder_markers import without_markers
from corpusmill.errors import InvalidPathList
from corpusmill.pipeline.config.base.causes import by_cause, some
from corpusmill.pipeline.config.base.formats import AUTO, format_of, list_address
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.inputs.braces import has_braces, written_out
from corpusmill.pipeline.inputs.meant_elsewhere import meant_elsewhere, page_of_hub
from corpusmill.pipeline.inputs.path_list import full_address, lines_of
from corpusmill.pipeline.inputs.patterns import Pattern, divided, is_pattern, matches
from corpusmill.pipeline.inputs.unfinished import is_unfinished

HIDDEN = ("_", ".")  # markers, checksums and histories that other tools leave in a folder of data
TOLD = 10  # wrong lines of one list that a message shows
# What tells of the files it lies beside, where those are files of records.
ABOUT = re.compile(r"(readme|license|licence|notice)(\.(md|txt|rst))?", re.IGNORECASE)


@dataclass(frozen=True, order=True, slots=True)
class InputFile:
    """One file of a source, as the store lists it now."""

    source: str
    uri: str
    size: int
    etag: str


@dataclass
class Named:
    """The files behind one path, what is wrong with it, one message each, and unfinished files that it passes over."""

    files: list[InputFile] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def named(path: str, spec: InputSpec, first_word: FirstWord) -> Named:
    """What `path` names."""
    return _ready(path, spec, first_word)()


def _ready(path: str, spec: InputSpec, first_word: FirstWord, inside: tuple[str, ...] = ()) -> Callable[[], Named]:
    """What tells what `path` names, in whatever thread it is called; a list has been followed by then.

    The file system is made here: fsspec makes one for each thread that asks for it, with connections of its own.
    inside: the lists that led here, outermost first.
    """
    try:
        if (told := page_of_hub(path)) is not None:
            raise InvalidPathList(told)
        listed = list_address(path)
        if listed is not None:
            found = _of_list(listed, spec, first_word, inside)
            return lambda: found
        first_word.require(path, spec.storage)
        fs = filesystem(path, spec.storage)
    except (InvalidPathList, OSError) as e:
        wrong = _wrong(path, e)
        return lambda: wrong
    return lambda: _of_one(path, spec, fs, in_list=bool(inside))


def _wrong(path: str, error: InvalidPathList | OSError) -> Named:
    plain = plainly(error, meant_elsewhere(path), named=path).removeprefix(f"{path}: ")
    told = f" {error}" if isinstance(error, InvalidPathList) else f": {plain}"
    return Named(wrong=[f"{path!r}{told}"])


def _of_one(path: str, spec: InputSpec, fs: AbstractFileSystem, *, in_list: bool, in_braces: bool = False) -> Named:
    """What a path names that is no list. in_braces: whether it comes from braces that were written out."""
    try:
        with asking(path):
            if has_braces(path) and not in_braces and not fs.exists(_place(path)):
                return _of_several(path, spec, fs)
            found = _files(path, spec, fs, in_list=in_list)
            if not found.files:
                found.wrong.append(f"{path!r} {_holds_nothing(path, fs, found.passed)}")
            return found
    except OSError as e:
        return _wrong(path, e)


def _of_several(path: str, spec: InputSpec, fs: AbstractFileSystem) -> Named:
    """What a path with braces names: each of those that it stands for must name a file."""
    try:
        paths = written_out(path, lambda folder: _is_folder(folder, fs))
    except ValueError as e:
        return Named(wrong=[f"{path!r}: {e}; name them in a list of paths"])
    found, wrong = Named(), list[tuple[str, str]]()
    for each in paths:
        one = _of_one(each, spec, fs, in_list=True, in_braces=True)
        found.files += one.files
        found.passed += one.passed
        wrong += [(each, told) for told in one.wrong]
    found.wrong = by_cause(wrong, "paths")
    return found


def _place(path: str) -> str:
    """The path as its store takes it."""
    return os.path.abspath(path) if protocol_of(path) == "file" and "://" not in path else path


def _of_list(listed: str, spec: InputSpec, first_word: FirstWord, inside: tuple[str, ...]) -> Named:
    """What the lines of a list name, in their order; the first few that are wrong are told, and how many more."""
    if listed in inside:
        raise InvalidPathList("is a list that names itself; take that line out")
    first_word.require(listed, spec.storage)
    found, inside, wrong = Named(), (*inside, listed), list[tuple[str, str]]()
    paths = [full_address(spec.prefix, line) for line in lines_of(listed, spec.storage)]
    lines = [_ready(path, spec, first_word, inside) for path in paths]
    # A line costs one wait for its store: one after another, the 90,000 of a crawl would take an hour at 30 ms.
    with ThreadPoolExecutor(S3_CONNECTIONS) as pool:
        for path, each in zip(paths, pool.map(lambda line: line(), lines), strict=True):
            found.files += each.files
            found.passed += each.passed
            wrong += [(path, told) for told in each.wrong]
    found.wrong = by_cause(wrong, "lines")
    if not found.files and not found.wrong:
        raise InvalidPathList("the list is empty: name at least one file in it")
    if len(inside) == 1 and len(found.wrong) > TOLD:
        more = len(found.wrong) - TOLD
        found.wrong = [*found.wrong[:TOLD], f"{listed!r}: {more:,} more of its lines are wrong"]
    return found


def _files(path: str, spec: InputSpec, fs: AbstractFileSystem, *, in_list: bool) -> Named:
    """The files of one path that is no list. A name that is there as it is written wins over a pattern."""
    passed: list[str] = []
    where = _place(path)
    bare = str(fs._strip_protocol(where)).rstrip("/")
    infos: Mapping[str, Any]
    if is_pattern(path) and not fs.exists(where):
        pattern = divided(bare, lambda folder: _is_folder(folder, fs))
        _can_be_listed(fs, pattern)
        infos = without_markers(matches(pattern, fs))
        infos = {name: info for name, info in infos.items() if not hidden(name, bare, pattern.fixed_parts)}
        passed = [] if is_unfinished(path) else sorted(filter(is_unfinished, infos))
    elif (info := _file_info(where, fs, in_list=in_list)) is None:
        pattern = Pattern(bare, "**")
        _can_be_listed(fs, pattern)
        infos = without_markers(fs.find(where, detail=True))  # pyright: ignore[reportArgumentType]
        infos = {name: info for name, info in infos.items() if not hidden(name, f"{bare}/**", pattern.fixed_parts)}
        passed = sorted(filter(is_unfinished, infos))
        about = documentation_files(set(infos).difference(passed), spec.format)
        infos = {name: info for name, info in infos.items() if name not in about}
    else:
        infos = {where: info}
    infos = {name: _behind_link(name, info, fs) for name, info in infos.items() if name not in passed}
    files = {name: info for name, info in infos.items() if info["type"] == "file"}
    uris = [str(fs.unstrip_protocol(name)) if "://" in path else name for name in files]
    each = zip(uris, files.values(), _tags(fs, list(files.values())), strict=True)
    return Named([InputFile(spec.source, uri, int(info["size"]), tag) for uri, info, tag in each], passed=passed)


def _tags(fs: AbstractFileSystem, infos: Sequence[Mapping[str, Any]]) -> list[str]:
    """The tag of each file's content, many at once where each is looked into."""
    if len(infos) == 1 or not isinstance(fs, LocalFileSystem):
        return [content_tag(fs, info) for info in infos]
    with ThreadPoolExecutor(S3_CONNECTIONS) as pool:
        return list(pool.map(lambda info: content_tag(fs, info), infos))


def _is_folder(path: str, fs: AbstractFileSystem) -> bool:
    """Whether a folder of just that name is there. In a store only names with "[" are looked for: others are rare."""
    return os.path.isdir(path) if isinstance(fs, LocalFileSystem) else "[" in path.rpartition("/")[2] and fs.isdir(path)


def _file_info(where: str, fs: AbstractFileSystem, *, in_list: bool) -> Mapping[str, Any] | None:
    """What the store tells of a file; None for a folder. FileNotFoundError where there is neither.

    A line of a list is taken for a file first: to ask for a folder is one request more, and over HTTP the whole file.
    """
    if in_list and not where.endswith("/"):
        info: Mapping[str, Any] = fs.info(where)
        marks_folder = info["type"] == "file" and not info.get("size") and fs.isdir(where)
        return None if info["type"] == "directory" or marks_folder else info
    return None if fs.isdir(where) else fs.info(where)


def _behind_link(name: str, info: Mapping[str, Any], fs: AbstractFileSystem) -> Mapping[str, Any]:
    """What a link leads to; anything else as it is. A listing of fsspec tells of the link itself, which is no file."""
    if not info.get("islink") or info["type"] == "file":
        return info
    if not os.path.exists(name):
        raise OSError(f"{name} is a link to what is not there; mend it or remove it")
    return fs.info(name)


def _can_be_listed(fs: AbstractFileSystem, pattern: Pattern) -> None:
    """PermissionError for a local folder that may not be read, where it is that of a pattern or lies below one that
    matches: fsspec would find it empty.
    """
    if isinstance(fs, LocalFileSystem) and os.path.isdir(pattern.folder or "/"):
        _all_can_be_listed(pattern.folder or "/", pattern.below.split("/"))


def _all_can_be_listed(folder: str, pattern: list[str]) -> None:
    """pattern: its parts from here on; only folders that it may lead through are looked into. OSError for a link to a
    folder: fsspec passes it by.
    """
    deeper = pattern if pattern[0] == "**" else pattern[1:]
    with os.scandir(folder) as entries:
        below = [e for e in entries if deeper and e.is_dir() and not e.name.startswith(HIDDEN)]
    for entry in below:
        if pattern[0] == "**" or fnmatch(entry.name, pattern[0]):
            if entry.is_symlink():
                raise OSError(f"{entry.path} is a link to a folder, which is not followed; give it a path of its own")
            _all_can_be_listed(entry.path, deeper)


def hidden(name: str, pattern: str, fixed_parts: int) -> bool:
    """Whether a file that a pattern found lies in what other tools hide, unless the pattern itself names that.

    fixed_parts: of the pattern, those that are a folder as it is written.

    >>> hidden("/d/a/.git/x", "/d/**", 2), hidden("/d/_mine.jsonl", "/d/*.jsonl", 2), hidden("/d/_a", "/d/_*", 2)
    (True, True, False)
    >>> hidden("/d/_old/x.jsonl", "/d/_old/*", 3)
    False
    """
    named = [part for part in pattern.split("/") if part.startswith(HIDDEN)]
    return any(
        part.startswith(HIDDEN) and not any(fnmatch(part, each) or part == each for each in named)
        for part in name.split("/")[fixed_parts:]
    )


def documentation_files(names: Iterable[str], format_: str) -> set[str]:
    """Of the files of a folder, a README and its like: where the others are files of records, they are no documents.

    >>> documentation_files(["d/README.md", "d/a.jsonl"], "auto")
    {'d/README.md'}
    >>> documentation_files(["d/README.md", "d/guide.md"], "auto")
    set()
    """
    names = list(names)
    about = {name for name in names if ABOUT.fullmatch(os.path.basename(name))}
    formats = {format_of(name) for name in names if name not in about} if format_ == AUTO else {format_}
    return set() if not formats or formats & {"plain", None} else about


def _holds_nothing(path: str, fs: AbstractFileSystem, passed: Sequence[str]) -> str:
    """What to say of a path that exists, or is a pattern, and names no file. passed: unfinished files."""
    if passed:
        return f"names nothing but unfinished files and older copies ({some(passed)}); name the files themselves"
    if fs.isdir(path):
        return f"is a folder and holds no file but hidden ones ({' '.join(HIDDEN)}); name the folder of the data"
    return f"matches no file; check the folder or the pattern{meant_elsewhere(path)}"


def plainly(error: Exception, elsewhere: str = "", *, named: str = "") -> str:
    """What stands in the way of reading and what to do; as the system has it where it is none of the usual things.

    elsewhere: what else a path that is not there may have meant; named: the path that the message names before this.
    """
    if isinstance(error, FileNotFoundError):
        missing = f" {error.filename!r}" if error.filename and error.filename != named else ""
        return f"there is no such file or folder{missing}; correct the path, or put the data there{elsewhere}"
    if isinstance(error, PermissionError):
        return "no permission to read it; check the credentials or the file's mode"
    if isinstance(error, NotADirectoryError):
        return "what the path takes for a folder is a file; correct the path"
    return str(error)
