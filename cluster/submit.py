"""Send a job to a Ray cluster through its job server: code and files travel, the log comes back.

The id of a submission is named after its content: the same job sent twice is the same submission, which is followed
and not started again. A job that runs in a workspace keeps every other one out of it, from here on.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corpusmill.cluster import scratch
from corpusmill.cluster.job_log import follow
from corpusmill.cluster.jobs import KIND, OURS, WORKSPACE, SubmittedJob, connect, jobs, reason
from corpusmill.cluster.submitted import Submitted, short
from corpusmill.errors import JobFailed, LeaseHeld

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

NOT_READY = "No available agent"  # Ray 2.60
ALREADY_SENT = "already exists"  # Ray 2.60
ASKED_AGAIN, PAUSE_S = 6, 5.0  # the server itself waits ten seconds each time
TRIES = 5  # to be the first to send a job, or to find the one that was
ID_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What is sent. code: the folder of the package; files: texts by name, put beside it; kind: of command, such as
    run or update; job, workspace: of the job file; complete: called with the copy of the package before it is sent.
    """

    code: Path
    files: Mapping[str, str]
    entrypoint: str
    job: str
    kind: str
    workspace: str
    complete: Callable[[Path], None] = lambda _: None

    @property
    def id(self) -> str:
        """Its id in the cluster, before a number is put behind it: the same for the same content."""
        whole = hashlib.sha256(self.entrypoint.encode())
        for name, text in sorted(self.files.items()):
            whole.update(f"\0{name}\0{text}".encode())
        return f"corpusmill-{self.job}-{self.kind}-{whole.hexdigest()[:ID_DIGITS]}"


def submit(sent: Submission, *, address: str, say: Callable[[str], None], wait: bool) -> Submitted:
    """Start a job on the cluster, or attach to it where it runs already. wait: follow the log until it ends.

    JobFailed where the job server does not take it; LeaseHeld where another job runs in its workspace. Ctrl-C ends the
    following, not the job.
    """
    client = connect(address)
    job, attached = _sent_or_running(client, sent, say)
    if not wait:
        say(after(job, address))
        return Submitted(id=job, attached=attached, detached=True)
    try:
        ended = follow(client, job, say)
    except KeyboardInterrupt:
        say(f"detached; the job goes on: {after(job, address)}")
        return Submitted(id=job, attached=attached, detached=True)
    return Submitted(
        id=job,
        attached=attached,
        detached=False,
        state=ended.state,
        exit_code=ended.exit_code,
        message=short(ended.message),
    )


def _sent_or_running(client: "JobSubmissionClient", sent: Submission, say: Callable[[str], None]) -> tuple[str, bool]:
    """The id of the job, and whether it was there already: of several that send the same at once, one is the first."""
    for _ in range(TRIES):
        submitted = jobs(client)
        if (running := running_already(sent, submitted)) is not None:
            say(f"{running.id} runs already: attached to it, nothing was sent")
            return running.id, True
        number = 1 + sum(is_same(each.id, sent.id) for each in submitted)
        if (job := _start(client, sent, number=number, say=say)) is not None:
            say(f"submitted as {job}")
            return job, False
        time.sleep(PAUSE_S / TRIES)
    raise JobFailed(f"the job server has a job {sent.id} already, and does not list it: run the same command again")


def after(job: str, address: str) -> str:
    """What to type to look at a job later."""
    where = f"--address {address} {job}"
    return f"`corpusmill logs {where}` shows its log, `corpusmill stop {where}` stops it"


def running_already(sent: Submission, submitted: list[SubmittedJob]) -> SubmittedJob | None:
    """The job that is this one and has not ended. LeaseHeld where another one works in the same workspace."""
    live = [job for job in submitted if job.is_live]
    same = [job for job in live if is_same(job.id, sent.id)]
    if same:
        return same[-1]
    for job in live:
        if job.workspace == sent.workspace:
            raise LeaseHeld(
                f"{job.id} ({job.kind} of {job.job}) works in {job.workspace} and is {job.state.lower()}: wait for it, "
                f"or stop it with `corpusmill stop --address ... {job.id}`"
            )
    return None


def is_same(id_: str, base: str) -> bool:
    """Whether an id is that of a submission, or of one of its repetitions.

    >>> is_same("corpusmill-a-run-12-2", "corpusmill-a-run-12"), is_same("corpusmill-a-run-123", "corpusmill-a-run-12")
    (True, False)
    """
    return id_ == base or (id_.startswith(f"{base}-") and id_[len(base) + 1 :].isdecimal())


def _start(client: "JobSubmissionClient", sent: Submission, *, number: int, say: Callable[[str], None]) -> str | None:
    """Send code and files, and start the job; its id, null where that is taken. number: 1 the first time."""
    with scratch.folder("submit-") as folder:
        shutil.copytree(sent.code, folder / sent.code.name, ignore=shutil.ignore_patterns("__pycache__"))
        sent.complete(folder / sent.code.name)
        for name, text in sent.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return _accepted(client, sent, str(folder), sent.id if number == 1 else f"{sent.id}-{number}", say)


def _accepted(
    client: "JobSubmissionClient", sent: Submission, folder: str, job: str, say: Callable[[str], None]
) -> str | None:
    """The job's id; null where somebody else sent one under this id since the jobs were listed. A head that has just
    come up answers before it can start jobs: it is asked again for a while.
    """
    metadata = {OURS: sent.job, KIND: sent.kind, WORKSPACE: sent.workspace}
    began = time.monotonic()
    for number in range(ASKED_AGAIN):
        try:
            return client.submit_job(
                entrypoint=sent.entrypoint,
                submission_id=job,
                metadata=metadata,
                runtime_env={"working_dir": folder},
            )
        except RuntimeError as e:
            if ALREADY_SENT in str(e):
                return None
            if NOT_READY not in str(e):
                raise JobFailed(f"the job server refused the job: {reason(e)}") from e
        if number == 0:
            say("the job server answers, and has no agent yet that starts jobs; trying for a minute and a half")
        time.sleep(PAUSE_S)
    raise JobFailed(
        f"no agent of the cluster took the job within {time.monotonic() - began:.0f} s, and nothing was started. Where "
        "the head has just come up, run the same command again. Else its agent has ended, most often because another "
        "Ray on that machine has its port: the last lines of session_latest/logs/dashboard_agent.log in Ray's temp "
        "folder say so, and `ray start --head --dashboard-agent-listen-port PORT` gives it another"
    )
