"""Everything wrong with a job file, told at once."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from corpusmill.errors import JobError
from corpusmill.pipeline.config.base.secrets import redacted


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong, and where: `at` is "file:line:column" (from 1) or the override that brought it.

    >>> str(Problem(at="job.yaml:12:5", path="documents[2]", message="no operator 'x'"))
    "job.yaml:12:5 documents[2]: no operator 'x'"
    """

    at: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.at} {self.path}: {self.message}" if self.path else f"{self.at} {self.message}"


def job_error(problems: Iterable[Problem]) -> JobError:
    """The error that lists these problems once each, in the order of the file, without secrets."""
    safe = (Problem(at=redacted(p.at), path=p.path, message=redacted(p.message)) for p in problems)
    return JobError(ordered(safe))


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, in the order of the file."""
    return sorted(dict.fromkeys(problems), key=_order)


def _order(problem: Problem) -> tuple[str, int, int]:
    """By file, then line, then column; an override, which has no line, by its own text."""
    file, _, rest = problem.at.partition(":")
    line, _, column = rest.partition(":")
    return (file, int(line), int(column)) if line.isdigit() and column.isdigit() else (problem.at, 0, 0)


def nearest(name: str, allowed: Iterable[str]) -> str:
    """What to add to a message about an unknown name: the name it resembles, or all there are.

    >>> nearest("temprature", ["temperature", "alpha"])
    "; did you mean 'temperature'?"
    >>> nearest("x", ["temperature", "alpha"])
    '; there are alpha, temperature'
    """
    names = sorted(set(allowed))
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are {', '.join(names)}" if names else ""
