"""From a job file to a JobSpec: read, override, unfold, check, and tell everything that is wrong at once."""

import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from corpusmill.operators.load import FAMILIES
from corpusmill.pipeline.config.base.formats import reader_name
from corpusmill.pipeline.config.base.problems import Problem, job_error
from corpusmill.pipeline.config.base.source import Source, read
from corpusmill.pipeline.config.build.overrides import apply_overrides
from corpusmill.pipeline.config.check.checking import check
from corpusmill.pipeline.config.check.valid_parts import ValidParts
from corpusmill.pipeline.config.sections.spec import JobSpec


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A job file as it was understood. spec: right only without problems; parts: what can be looked at beside them."""

    source: Source
    spec: JobSpec | None
    problems: tuple[Problem, ...]
    parts: ValidParts


def load(path: str | Path, *, overrides: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> JobSpec:
    """The job in the file at `path`, with "path=value" overrides set (pipeline.config.build.overrides).

    environment: the variables that paths may name; by default those of this process. Raises JobError with every
    problem, before anything of the job is touched.
    """
    return _right(examine(path, overrides=overrides, environment=environment))


def examine(
    path: str | Path, *, overrides: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Examined:
    """The same, with the problems told and not raised. JobError for a file that cannot be read, or is not YAML."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        reason = e.strerror if isinstance(e, OSError) else f"it is not UTF-8 text ({e.reason})"
        message = f"cannot read this job file: {reason}{_instead(file)}"
        raise job_error([Problem(at=f"{path}:", path="", message=message)]) from e
    environment = os.environ if environment is None else environment
    return _examined(text, file.name, file.parent, overrides, environment)


def _instead(file: Path) -> str:
    """What to use for a job file that cannot be read: one beside it of nearly this name, or a new one."""
    near = difflib.get_close_matches(file.name, sorted(each.name for each in file.parent.glob("*.y*ml")), n=1)
    if near and near[0] != file.name:
        return f"; did you mean {near[0]!r}?"
    return "; `corpusmill init` writes one to start from"


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
    return _right(_examined(text, file, Path(folder), overrides, environment or {}))


def _examined(text: str, file: str, folder: Path, overrides: Sequence[str], environment: Mapping[str, str]) -> Examined:
    changed = apply_overrides(read(text, file=file), overrides)
    with importable(folder) as place:
        checked = check(changed.source, folder=folder, environment=environment)
        problems = (*changed.problems, *checked.problems)
        place.needed = checked.spec is not None and not problems and has_own_operators(checked.spec)
    return Examined(source=changed.source, spec=checked.spec, problems=problems, parts=checked.parts)


def _right(found: Examined) -> JobSpec:
    """The spec of a job without problems; JobError with all of them."""
    if found.spec is None or found.problems:
        raise job_error(found.problems)
    return found.spec


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
