"""What can be known to be wrong before any work, is: inputs, files, formats, stores, nodes that cannot take part."""

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from corpusmill.cluster import reach
from corpusmill.cluster.filesystems import asking, filesystem, missing_package
from corpusmill.cluster.storage import Store
from corpusmill.operators.contract import Foresees, Reader
from corpusmill.operators.readers.framing.sniff import HEAD_BYTES, Sniffed, sniff
from corpusmill.pipeline.config.base.formats import AUTO, format_of, reader_name
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.check.known import Known, KnownPath, known_of
from corpusmill.pipeline.config.sections.inputs import InputSpec
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution import versions
from corpusmill.pipeline.inputs.files import InJob, InputError, find
from corpusmill.pipeline.inputs.paths import InputFile, plainly
from corpusmill.pipeline.preflight import folders
from corpusmill.pipeline.preflight import named_files as check_files
from corpusmill.pipeline.steps import sources

LOOKED_INTO = 16  # files of each source; with 90,000 one request each would take minutes, and the unit looks again


@dataclass(frozen=True, kw_only=True)
class Readable:
    """The files of a job, each with the name of its format's reader; and what is wrong."""

    files: list[tuple[InputFile, str]]
    problems: list[InJob]


def check(spec: JobSpec, *, replace: bool = False) -> list[tuple[InputFile, str, Reader]]:
    """Every input file with its reader. InputError lists all that is wrong with inputs, files and folders of a job.

    replace: the dataset of another job may lie in the output.
    """
    known = known_of(spec)
    if lacking := _packages(spec, known):
        raise InputError(lacking)
    inputs = _look_at(known.paths, share=spec.sample.inputs)
    problems: list[InJob | str] = [*inputs.problems, *check_files.problems(known)]
    for look in (
        lambda: folders.check_apart(spec, [f for f, _ in inputs.files]),
        lambda: folders.check(spec, replace=replace),
    ):
        try:
            look()
        except InputError as e:
            problems += e.problems
    if problems:
        raise InputError(dict.fromkeys(problems))
    return _with_readers(spec, inputs)


def _packages(spec: JobSpec, known: Known) -> list[InJob]:
    """What has to be installed for the stores of a job, each package once, at the first key that needs it."""
    folders_ = [((key,), getattr(spec, key)) for key in folders.WRITTEN]
    found: dict[str, InJob] = {}
    for at, url in [*folders_, *((p.at, p.path) for p in known.paths)]:
        if told := missing_package(url):
            found.setdefault(told, InJob(at, f"{told}, here and on every node"))
    return list(found.values())


def check_resources(spec: JobSpec) -> None:
    """InputError when a model, list, tokenizer or plan of the job cannot be read, or is not what it should be."""
    if problems := check_files.problems(known_of(spec)):
        raise InputError(problems)


def also_wrong(known: Known) -> list[InJob]:
    """What files and stores tell of a job that is wrong already, as far as it is known."""
    return [*_look_at(known.paths).problems, *check_files.problems(known)]


def _with_readers(spec: JobSpec, found: Readable) -> list[tuple[InputFile, str, Reader]]:
    return [(file, name, build_reader(sources.input_of(spec, file.source), name)) for file, name in found.files]


def _look_at(paths: Sequence[KnownPath], *, share: float = 1.0) -> Readable:
    """The files behind the paths; the first few of each source are looked into."""
    found = find(((p.at, p.path, p.spec) for p in paths), share=share)
    problems, files, seen = list(found.problems), [], Counter[str]()
    specs = {p.spec.source: p for p in paths}
    for file in found.files:
        spec, at = specs[file.source].spec, specs[file.source].at[:2]
        seen[file.source] += 1
        told = format_of(file.uri) if spec.format == AUTO else spec.format
        name = None if told is None else reader_name(told)
        if name is None or seen[file.source] <= LOOKED_INTO:
            sniffed = _look_into(file, spec, None if spec.format == AUTO else name)
            name = name or sniffed.reader
            if sniffed.error:
                problems.append(InJob((*at, "paths"), f"{file.source}: {sniffed.error}"))
                continue
        assert name is not None
        if seen[file.source] == 1 and (lack := _lack(file, name, spec)) is not None:
            problems.append(InJob((*at, "columns"), f"{file.source}: {file.uri}: {lack}"))
        files.append((file, name))
    return Readable(files=files, problems=problems)


def _look_into(file: InputFile, spec: InputSpec, reader: str | None) -> Sniffed:
    """What its first bytes tell. reader: the one that the job names for it."""
    try:
        with asking(file.uri):
            fs = filesystem(file.uri, spec.storage)
            head = fs.cat_file(file.uri, start=0, end=min(HEAD_BYTES, file.size)) if file.size else b""
    except OSError as e:
        return Sniffed(error=f"{file.uri!r}: {plainly(e)}")
    return sniff(file.uri, bytes(head), reader)  # pyright: ignore[reportArgumentType]  fsspec says str or bytes


def _lack(file: InputFile, reader: str, spec: InputSpec) -> str | None:
    """What the first file of a source lacks of what the job says of it, where its reader can tell without reading it.

    A file that cannot be read at all is left to its unit, which counts its rows as failed.
    """
    try:
        made = build_reader(spec, reader)
    except (LookupError, TypeError, ValueError):
        return None  # what is wrong with the format or its options is told where the job file is read
    if not isinstance(made, Foresees) or not file.size:
        return None
    try:
        with asking(file.uri), filesystem(file.uri, spec.storage).open(file.uri, "rb") as opened:
            return made.lacking(cast(BinaryIO, opened))
    except OSError:
        return None


def check_versions(spec: JobSpec) -> None:
    """InputError when a node of the cluster has other versions than this process of what decides the job's outputs."""
    names = versions.packages(spec)
    problems = reach.unlike(versions.installed(names), functools.partial(versions.installed, names))
    if problems:
        raise InputError([*problems, versions.REMEDY])


def check_stores(stores: Sequence[Store]) -> None:
    """InputError when a node of the cluster does not see the workspace or the output, with Ray already running."""
    problems = reach.unreachable(stores)
    if problems:
        remedy = "put workspace and output on storage that every node reaches (s3://..., gs://..., a shared mount)"
        raise InputError([*problems, remedy])
