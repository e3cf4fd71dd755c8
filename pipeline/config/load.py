"""From a job file to a JobSpec: read, override, unfold, check, and tell everything that is wrong at once."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from operators.load import FAMILIES
from pipeline.config.checking import check
from pipeline.config.formats import reader_name
from pipeline.config.overrides import apply_overrides
from pipeline.config.problems import JobError, Problem
from pipeline.config.source import read
from pipeline.config.spec import JobSpec


def load(path: str | Path, *, overrides: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> JobSpec:
    """The job in the file at `path`, with "path=value" overrides set (pipeline.config.overrides).

    environment: the variables that paths may name; by default those of this process. Raises JobError with every
    problem, before anything of the job is touched.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        reason = e.strerror if isinstance(e, OSError) else f"it is not UTF-8 text ({e.reason})"
        message = f"cannot read this job file: {reason}; `corpusmill init` writes one to start from"
        raise JobError([Problem(at=str(path), path="", message=message)]) from e
    environment = os.environ if environment is None else environment
    return parse(text, file=file.name, folder=file.parent, overrides=overrides, environment=environment)


def parse(
    text: str,
    *,
    file: str = "job.yaml",
    folder: str | Path = ".",
    overrides: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> JobSpec:
    """The job that `text` describes.

    file: what problems call it; folder: where relative paths, recipes and operators of the user's own start;
    environment: the variables that paths may name, none by default.
    """
    source = apply_overrides(read(text, file=file), overrides)
    with importable(Path(folder)) as place:
        checked = check(source, folder=Path(folder), environment=environment or {})
        if checked.spec is None or checked.problems:
            raise JobError(checked.problems)
        place.needed = has_own_operators(checked.spec)
    return checked.spec


@dataclass
class Place:
    """A folder on the import path; `needed`: it stays there."""

    needed: bool = False


@contextmanager
def importable(folder: Path) -> Iterator[Place]:
    """Let modules in `folder` be imported, after all others, while the job is checked, and later if it needs them.

    Ray hands the import path of this process on to its workers, which build the operators again.
    """
    name, place = str(folder.absolute()), Place()
    there = name in sys.path
    if not there:
        sys.path.append(name)
    try:
        yield place
    finally:
        if not there and not place.needed:
            sys.path.remove(name)


def has_own_operators(spec: JobSpec) -> bool:
    """Whether a step or a reader of the job is a class of the user's own."""
    names = [step.operator for step in spec.documents] + [reader_name(each.format) for each in spec.inputs]
    return any(name.partition(".")[0] not in FAMILIES for name in names)
