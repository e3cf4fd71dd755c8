"""Follows the log of a submitted job until the job ends, also across connections that break."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from corpusmill.cluster.jobs import UNREACHABLE, SubmittedJob, find, reason
from corpusmill.errors import JobFailed

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

PATIENCE_S = 60.0  # a guess: longer than a network is away for a moment
PAUSE_S = 2.0
NO_SUCH_JOB = "does not exist"  # Ray 2.60
RESUME = (
    "the job goes on where the head of the cluster still runs, and what it finished is kept in any case. `corpusmill "
    "status JOB` shows it from its workspace; the same command attaches to it while it runs, and resumes it after"
)


def follow(client: "JobSubmissionClient", job: str, say: Callable[[str], None]) -> SubmittedJob:
    """Print the log of a job from its beginning until it ends; the job as it ended.

    After a broken connection what is missing of the log is fetched, and nothing is printed twice. JobFailed where the
    job server does not answer for PATIENCE_S, or has no such job any more.
    """
    log, answered, noted = _Printed(say), time.monotonic(), False
    while True:
        broken = _tailed(client, job, log)
        try:
            found = find(client, job)
            if broken is not None:
                log.catch_up(client.get_job_logs(job), whole_lines=found.is_live)
        except UNREACHABLE as e:
            if NO_SUCH_JOB in str(e):
                raise JobFailed(
                    f"the cluster has no job {job} any more, as after a new start of its head; {RESUME}"
                ) from e
            if (silent := time.monotonic() - answered) >= PATIENCE_S:
                raise JobFailed(f"the job server has not answered for {silent:.0f} s ({reason(e)}); {RESUME}") from e
            if not noted:
                say(f"the connection to the job server broke ({reason(broken or e)}); trying for {PATIENCE_S:.0f} s")
                noted = True
        else:
            if not found.is_live:
                return found
            answered, noted = time.monotonic(), False
        time.sleep(PAUSE_S)


class _Printed:
    """How much of a log has been printed, in characters, whichever way it came."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say, self.characters = say, 0

    def catch_up(self, whole: str, *, whole_lines: bool) -> None:
        """Print what of the whole log so far is missing. whole_lines: not the last line, where it goes on."""
        whole = whole[: whole.rfind("\n") + 1] if whole_lines else whole
        if missing := whole[self.characters :].rstrip("\n"):
            self.say(missing)
        self.characters = max(self.characters, len(whole))


def _tailed(client: "JobSubmissionClient", job: str, log: _Printed) -> Exception | None:
    """Print the log as it grows; what broke the connection, null where the server closed it."""
    from aiohttp import ClientError

    async def tail() -> None:
        seen = 0
        async for lines in client.tail_job_logs(job):  # from the beginning each time
            before, seen = seen, seen + len(lines)
            if seen > log.characters:
                log.say(lines[max(log.characters - before, 0) :].rstrip("\n"))
                log.characters = seen

    try:
        asyncio.run(tail())
    except (*UNREACHABLE, ClientError) as e:
        return e
    return None
