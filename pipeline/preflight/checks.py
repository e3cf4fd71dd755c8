"""What can be known to be wrong before any work, is: inputs, files, formats, stores, nodes that cannot take part."""

import functools
from collections.abc import Sequence

from corpusmill.cluster import reach
from corpusmill.cluster.filesystems import missing_package
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError
from corpusmill.operators.contract import Reader
from corpusmill.pipeline.config.build.readers import build_reader
from corpusmill.pipeline.config.check.valid_parts import ValidParts, parts_of
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution import versions
from corpusmill.pipeline.inputs.files import InJob
from corpusmill.pipeline.inputs.paths import InputFile
from corpusmill.pipeline.preflight import folders
from corpusmill.pipeline.preflight import named_files as check_files
from corpusmill.pipeline.preflight.survey import Survey, survey
from corpusmill.pipeline.steps import sources


def check(spec: JobSpec, *, replace: bool = False) -> list[tuple[InputFile, str, Reader]]:
    """Every input file with its reader. InputError lists all that is wrong with inputs, files and folders of a job.

    replace: the dataset of another job may lie in the output.
    """
    return with_readers(spec, check_inputs(spec, replace=replace))


def check_inputs(spec: JobSpec, *, replace: bool = False) -> Survey:
    """Every input file as it was looked at. InputError as `check`."""
    known = parts_of(spec)
    if lacking := _packages(spec, known):
        raise InputError(lacking)
    inputs = survey(known.paths, share=spec.sample.inputs, tolerant=spec.on_failure == "continue")
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
    return inputs


def with_readers(spec: JobSpec, found: Survey) -> list[tuple[InputFile, str, Reader]]:
    """The files that were found, each with the name of its reader and the reader."""
    of = {(f.source, name): build_reader(sources.input_of(spec, f.source), name) for f, name in _kinds(found)}
    return [(file, name, of[file.source, name]) for file, name in found.files]


def _kinds(found: Survey) -> list[tuple[InputFile, str]]:
    """One file of each source and reader."""
    return list({(file.source, name): (file, name) for file, name in found.files}.values())


def _packages(spec: JobSpec, parts: ValidParts) -> list[InJob]:
    """What has to be installed for the stores of a job, each package once, at the first key that needs it."""
    folders_ = [((key,), getattr(spec, key)) for key in folders.WRITTEN]
    found: dict[str, InJob] = {}
    for at, url in [*folders_, *((p.at, p.path) for p in parts.paths)]:
        if told := missing_package(url):
            found.setdefault(told, InJob(at, f"{told}, here and on every node"))
    return list(found.values())


def check_resources(spec: JobSpec) -> None:
    """InputError when a model, list, tokenizer or plan of the job cannot be read, or is not what it should be."""
    if problems := check_files.problems(parts_of(spec)):
        raise InputError(problems)


def also_wrong(parts: ValidParts) -> list[InJob]:
    """What files and stores tell of a job that is wrong already, as far as it is known."""
    return [*survey(parts.paths).problems, *check_files.problems(parts)]


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
