"""Says what became of a submission, and which exit code that gives to the command that waited for it."""

import signal
from dataclasses import dataclass

from corpusmill.cluster.jobs import SUCCEEDED
from corpusmill.errors import ExitCode, JobFailed

PASSED_ON = (ExitCode.WRONG_JOB, ExitCode.FAILED, ExitCode.BUSY, ExitCode.INCOMPLETE)
SIGNALED = 128  # what a shell adds to the number of the signal that ended a command


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What became of a submission.

    attached: the job was running already; detached: it was followed no longer than to Ctrl-C, or not at all; state:
    how it ended, empty where it was not followed; exit_code: of its command, null where none is known.
    """

    id: str
    attached: bool
    detached: bool
    state: str = ""
    exit_code: int | None = None
    message: str = ""

    def check(self) -> None:
        """JobFailed unless the job succeeded, or goes on without us; with the exit code of its command."""
        if self.detached or self.state == SUCCEEDED:
            return
        if self.exit_code in PASSED_ON:
            code = ExitCode(self.exit_code)
            raise JobFailed(f"{self.id}: its command ended with exit code {code}, as its last lines above say", code)
        if self.state == "STOPPED" or self.exit_code in (ExitCode.STOPPED, ExitCode.TERMINATED):
            raise JobFailed(f"{self.id} was stopped; what it finished is kept: the same command resumes it")
        why = f"{short(self.message)}{_signal(self.exit_code)}"
        raise JobFailed(f"{self.id} ended as {self.state}: {why}; the same command resumes it")


def _signal(exit_code: int | None) -> str:
    """What killed a command, in words.

    >>> _signal(137), _signal(1)
    (', which is SIGKILL: somebody killed it, or its machine had no memory left', '')
    """
    if exit_code is None or exit_code - SIGNALED not in {each.value for each in signal.Signals}:
        return ""
    found = signal.Signals(exit_code - SIGNALED)
    killed = ": somebody killed it, or its machine had no memory left" if found is signal.SIGKILL else ""
    return f", which is {found.name}{killed}"


def short(message: str) -> str:
    """What a job server says of a job, without the log that Ray 2.60 puts behind it."""
    return message.partition(", last available logs")[0].strip().rstrip(".")
