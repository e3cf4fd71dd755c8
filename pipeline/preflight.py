"""What can be known to be wrong before any work, is: inputs, files, formats, stores, workspaces no node could share."""

from collections.abc import Sequence

from cluster.storage import Store, filesystem
from operators.contract import Reader
from operators.readers.framing.sniff import problem_with
from pipeline import resources, sources
from pipeline.config.spec import JobSpec
from pipeline.inputs import InputError, InputFile, find_files

SNIFFED_FILES = 16  # of each source; with 90,000 files one request each would take minutes, and the unit looks again
SNIFFED_BYTES = 512


def check_inputs(spec: JobSpec) -> list[tuple[InputFile, str, Reader]]:
    """Every input file with its reader. InputError lists all that is missing, unreadable or not what its name says."""
    files = find_files(spec.inputs)
    problems: list[str] = []
    out: list[tuple[InputFile, str, Reader]] = []
    seen: dict[str, int] = {}
    for file in files:
        found = sources.input_of(spec, file.source)
        try:
            name = sources.reader_name(found, file.uri)
        except ValueError as e:
            problems.append(f"{file.source}: {e}")
            continue
        seen[file.source] = seen.get(file.source, 0) + 1
        if seen[file.source] <= SNIFFED_FILES and (problem := _looked_into(file, name, spec)):
            problems.append(f"{file.source}: {problem}")
        out.append((file, name, sources.build_reader(found, name)))
    if problems:
        raise InputError(problems)
    return out


def _looked_into(file: InputFile, reader: str, spec: JobSpec) -> str | None:
    fs = filesystem(file.uri, sources.input_of(spec, file.source).storage)
    try:
        head = bytes(fs.cat_file(file.uri, start=0, end=SNIFFED_BYTES)) if file.size else b""  # pyright: ignore
    except OSError as e:
        return f"{file.uri}: cannot be read: {e}; check the credentials or the file's mode"
    return problem_with(file.uri, reader.removeprefix("readers."), head)


def check_resources(spec: JobSpec) -> None:
    """MissingFile when a model, list or tokenizer that the job names cannot be read."""
    for resource in sources.files_of(spec.to_canonical()):
        resources.sha256(resource.address)
    resources.sha256(spec.tokens.tokenizer)


def check_stores(stores: Sequence[Store], *, nodes: int) -> None:
    """InputError when a store cannot be written to, or lies on one machine while the job runs on several."""
    for store in stores:
        if nodes > 1 and store.is_local:
            raise InputError(
                [
                    f"{store.url} is a local path, and this cluster has {nodes} nodes that do not share it; "
                    "put workspace and output on storage that all of them reach (s3://..., gs://...), "
                    "or mount it on every node and write its address as shared:///path"
                ]
            )
