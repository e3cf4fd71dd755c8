"""Says what became of a submission, and which exit code that gives to the command that waited for it."""

from dataclasses import dataclass

from corpusmill.cluster.jobs import SUCCEEDED
from corpusmill.errors import ExitCode, JobFailed

PASSED_ON = (ExitCode.WRONG_JOB, ExitCode.FAILED, ExitCode.BUSY, ExitCode.INCOMPLETE)


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
        raise JobFailed(f"{self.id} ended as {self.state}: {short(self.message)}; the same command resumes it")


def short(message: str) -> str:
    """What a job server says of a job, without the log that Ray 2.60 puts behind it."""
    return message.partition(", last available logs")[0].strip().rstrip(".")
