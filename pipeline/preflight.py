"""What can be known to be wrong before any work, is: inputs, files, formats, stores, workspaces no node could share."""

import functools
from collections import Counter
from collections.abc import Callable, Sequence

from cluster import reach
from cluster.storage import Store, filesystem
from operators.contract import Reader
from operators.readers.framing.sniff import HEAD_BYTES, Sniffed, sniff
from pipeline import folders, resources, sources
from pipeline.config.formats import AUTO, format_of, reader_name
from pipeline.config.readers import build_reader
from pipeline.config.source import Path
from pipeline.config.spec import JobSpec
from pipeline.given_plan import given_plan
from pipeline.inputs import InJob, InputError, InputFile, find_files
from pipeline.resources import MissingFile
from pipeline.stages.tokenize_unit import tokenizer_of

LOOKED_INTO = 16  # files of each source; with 90,000 one request each would take minutes, and the unit looks again


def check_inputs(spec: JobSpec) -> list[tuple[InputFile, str, Reader]]:
    """Every input file with its reader. InputError lists all that is missing, unreadable or not what its name says."""
    problems: list[str] = []
    out: list[tuple[InputFile, str, Reader]] = []
    seen: Counter[str] = Counter()
    files = find_files(spec.inputs, share=spec.sample.inputs)
    folders.check_apart(spec, files)
    for file in files:
        found = sources.input_of(spec, file.source)
        seen[file.source] += 1
        told = format_of(file.uri) if found.format == AUTO else found.format
        name = None if told is None else reader_name(told)
        if name is None or seen[file.source] <= LOOKED_INTO:
            sniffed = _look_into(file, spec)
            name = name or sniffed.reader
            if sniffed.error and (found.format == AUTO or format_of(file.uri) == found.format):
                problems.append(f"{file.source}: {sniffed.error}")
                continue
        assert name is not None
        out.append((file, name, build_reader(found, name)))
    if problems:
        raise InputError(problems)
    return out


def _look_into(file: InputFile, spec: JobSpec) -> Sniffed:
    fs = filesystem(file.uri, sources.input_of(spec, file.source).storage)
    try:
        head = fs.cat_file(file.uri, start=0, end=min(HEAD_BYTES, file.size)) if file.size else b""
    except OSError as e:
        return Sniffed(error=f"{file.uri}: cannot be read: {e}; check the credentials or the file's mode")
    return sniff(file.uri, bytes(head))  # pyright: ignore[reportArgumentType]  fsspec says str or bytes


def check_resources(spec: JobSpec) -> None:
    """InputError when a model, list, tokenizer or plan of the job cannot be read, or is not what it should be."""
    problems: list[str | InJob] = []

    def attempt(key: Path, read: Callable[[], object]) -> None:
        try:
            read()
        except MissingFile as e:
            problems.append(InJob(key, str(e)))

    for resource in sources.files_of(spec.to_canonical()):
        attempt(("documents",), functools.partial(resources.sha256, resource.address))
    attempt(("tokens", "tokenizer"), lambda: _tokenizer(spec))
    attempt(("mix", "plan"), lambda: given_plan(spec.mix))
    if problems:
        raise InputError(dict.fromkeys(problems))


def _tokenizer(spec: JobSpec) -> None:
    """MissingFile unless the job's tokenizer can be loaded."""
    address, eos = spec.tokens.tokenizer, spec.tokens.eos
    try:
        tokenizer_of(address, eos)
    except (ValueError, LookupError) as e:
        remedy = "name a tokenizer.json, and a token of its as eos"
        raise MissingFile(f"{address!r} cannot be used with eos {eos!r}: {e}; {remedy}") from e


def check_stores(stores: Sequence[Store]) -> None:
    """InputError when a node of the cluster does not see the workspace or the output, with Ray already running."""
    problems = reach.unreachable(stores)
    if problems:
        remedy = "put workspace and output on storage that every node reaches (s3://..., gs://..., a shared mount)"
        raise InputError([*problems, remedy])
