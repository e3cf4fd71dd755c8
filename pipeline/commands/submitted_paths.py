"""What is wrong with a job's inputs and folders, told with the line of the job file that names them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from corpusmill.errors import InputError
from corpusmill.pipeline.config.base.problems import ordered
from corpusmill.pipeline.config.base.source import Path as Key
from corpusmill.pipeline.config.base.source import read
from corpusmill.pipeline.config.build.documents import Placed, unfolded
from corpusmill.pipeline.config.build.overrides import apply_overrides
from corpusmill.pipeline.inputs.files import InJob


@contextmanager
def at_lines(job: Path, overrides: Sequence[str]) -> Iterator[None]:
    """Put "file:line:column", or the override, before each problem of an InputError that names a key of the job."""
    try:
        yield
    except InputError as e:
        if not any(isinstance(p, InJob) for p in e.problems):
            raise
        source = apply_overrides(read(job.read_text(encoding="utf-8"), file=job.name), overrides).source
        steps = unfolded(source, job.parent).steps
        placed = [source.problem(_written(p.path, steps), p.message) for p in e.problems if isinstance(p, InJob)]
        raise InputError([*map(str, ordered(placed)), *(p for p in e.problems if isinstance(p, str))]) from e


def _written(path: Key, steps: Sequence[Placed]) -> Key:
    """A place in the job as it was understood, as one in the job file: a recipe there is many steps here."""
    if path[:1] != ("documents",) or len(path) < 2 or not isinstance(path[1], int):
        return path
    step = steps[path[1]]
    return step.path if len(path) == 2 else (*step.params, *path[3:])
