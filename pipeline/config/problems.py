"""Everything wrong with a job file, told at once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong, and where.

    >>> str(Problem(at="job.yaml:12:5", path="documents[2]", message="no operator 'x'"))
    "job.yaml:12:5 documents[2]: no operator 'x'"
    """

    at: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.at} {self.path}: {self.message}" if self.path else f"{self.at} {self.message}"


class JobError(ValueError):
    """A job file that cannot be run; `problems` lists every reason, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
