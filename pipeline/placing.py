"""What is wrong with a job's inputs and folders, told with the line of the job file that names them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.config.overrides import apply_overrides
from pipeline.config.source import read
from pipeline.inputs import InJob, InputError


@contextmanager
def at_lines(job: Path, overrides: Sequence[str]) -> Iterator[None]:
    """Put "file:line:column", or the override, before each problem of an InputError that names a key of the job."""
    try:
        yield
    except InputError as e:
        if not any(isinstance(p, InJob) for p in e.problems):
            raise
        source = apply_overrides(read(job.read_text(encoding="utf-8"), file=job.name), overrides)
        told = [str(source.problem(p.path, p.message)) if isinstance(p, InJob) else p for p in e.problems]
        raise InputError(told) from e
