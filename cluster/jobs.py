"""Lists and stops the jobs of a Ray cluster through its job server."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corpusmill.errors import JobFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ray.job_submission import JobSubmissionClient

OURS = "corpusmill.job"  # the key of the metadata of a job that names it
WORKSPACE, KIND = "corpusmill.workspace", "corpusmill.kind"
RAY_LOGGERS = ("ray.dashboard.modules.job.sdk", "ray.dashboard.modules.dashboard_sdk", "ray._private.runtime_env")
LIVE = ("PENDING", "RUNNING")
SUCCEEDED = "SUCCEEDED"
# Raised where the server does not answer, or refuses: what `requests` raises for a broken connection is an OSError.
UNREACHABLE = (OSError, RuntimeError)


CONFIG = "RAY_JOB_CONFIG_JSON_ENV_VAR"  # set by Ray 2.60 for the command of a job


def own_id(environment: Mapping[str, str]) -> str | None:
    """The id of the job that this process was started for by a job server; null where it was not.

    >>> own_id({CONFIG: '{"metadata": {"job_submission_id": "corpusmill-a-run-12"}}'})
    'corpusmill-a-run-12'
    """
    try:
        return str(json.loads(environment[CONFIG])["metadata"]["job_submission_id"])
    except (KeyError, TypeError, ValueError):
        return None


@dataclass(frozen=True, kw_only=True)
class SubmittedJob:
    """A job as the job server has it.

    began_at, ended_at: Unix seconds; workspace: its address, without secrets; exit_code: of its command, null until it
    ends, and where it ended with its machine.
    """

    id: str
    job: str
    kind: str
    workspace: str
    state: str
    message: str
    began_at: float | None
    ended_at: float | None
    exit_code: int | None = None

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


def connect(address: str) -> "JobSubmissionClient":
    """The job server at an address. JobFailed when it does not answer."""
    from ray.exceptions import AuthenticationError
    from ray.job_submission import JobSubmissionClient

    for name in RAY_LOGGERS:  # lines about packages and sockets are no news of the job
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        return JobSubmissionClient(address)
    except (ConnectionError, RuntimeError, AuthenticationError) as e:
        raise JobFailed(
            f"the job server at {address} did not answer: {reason(e)}. Is the head running? Its job server is part of "
            "the dashboard: pip install 'ray[default]' there, `ray start --head --dashboard-host ADDRESS` with an "
            "address that only you reach (whoever reaches it runs code as you), and http://ADDRESS:8265 here; when the "
            "cluster uses tokens, RAY_AUTH_MODE and RAY_AUTH_TOKEN_PATH must be the same here as there. Without a "
            "head, `status`, `list`, `logs` and `stop` work from the files of the workspace: leave out --address"
        ) from e


def jobs(client: "JobSubmissionClient") -> list[SubmittedJob]:
    """The jobs of ours that the server knows, the oldest first."""
    with _answers():
        found = [_job(each) for each in client.list_jobs() if OURS in (each.metadata or {})]
    return sorted(found, key=lambda job: (job.began_at or 0.0, job.id))


def newest(client: "JobSubmissionClient", name: str | None, workspace: str | None = None) -> SubmittedJob:
    """`newest_of` all jobs of ours that the server knows. JobFailed where there is none."""
    found = jobs(client)
    if (job := newest_of(found, name, workspace)) is not None:
        return job
    raise not_found(found, name)


def not_found(found: Sequence[SubmittedJob], name: str | None) -> JobFailed:
    """The error that there is no such job, with those that there are."""
    there = ", ".join(job.id for job in found[-10:]) or "none"
    of_name = "" if name is None else f" {name!r}"
    return JobFailed(f"the cluster has no job{of_name}; there are: {there}")


def newest_of(found: Sequence[SubmittedJob], name: str | None, workspace: str | None = None) -> SubmittedJob | None:
    """The job with an id, or the newest of that name or in that workspace; null: of all. A live one is preferred to one
    that has ended. Null where there is none.
    """
    matching = [
        job
        for job in [job for job in found if job.id == name] or found
        if (name is None or name in (job.id, job.job, job.workspace)) and workspace in (None, job.workspace)
    ]
    return max(matching, key=lambda job: (job.is_live, job.began_at or 0.0), default=None)


def find(client: "JobSubmissionClient", id_: str) -> SubmittedJob:
    """The job with an id. Raises what `UNREACHABLE` names."""
    return _job(client.get_job_info(id_))


def reason(error: BaseException) -> str:
    """Why a request failed, in one line: the job server sends the traces of its own processes along.

    >>> reason(RuntimeError("Request failed with status code 500: Traceback\\n  ...\\nValueError: no such thing\\n."))
    'no such thing'
    >>> reason(OSError("Pool(host='h'): Max retries (Caused by E('h: [Errno 111] Connection refused'))"))
    'Connection refused'
    """
    if (system := re.search(r"\[Errno -?\d+\] ([\w ]+)", str(error))) is not None:
        return system[1]
    lines = [line.strip() for line in str(error).splitlines() if line.strip(" .")] or [type(error).__name__]
    last = lines[-1] if len(lines) > 1 else lines[0]
    kind, colon, rest = last.partition(": ")
    return (rest if colon and kind.endswith(("Error", "Exception")) else last).rstrip(". ")


def logs(client: "JobSubmissionClient", job: str) -> str:
    """The log of a job so far."""
    with _answers():
        return client.get_job_logs(job)


def stop(client: "JobSubmissionClient", job: str) -> bool:
    """Stop a job as SIGTERM does; whether it was running."""
    with _answers():
        return bool(client.stop_job(job))


def _job(found: Any) -> SubmittedJob:
    metadata = found.metadata or {}
    return SubmittedJob(
        id=found.submission_id,
        job=metadata.get(OURS, ""),
        kind=metadata.get(KIND, "run"),
        workspace=metadata.get(WORKSPACE, ""),
        state=str(getattr(found.status, "value", found.status)),
        message=found.message or "",
        began_at=None if found.start_time is None else found.start_time / 1000,
        ended_at=None if not found.end_time else found.end_time / 1000,
        exit_code=getattr(found, "driver_exit_code", None),
    )


@contextmanager
def _answers() -> "Iterator[None]":
    """JobFailed in place of what the client raises when the server refuses."""
    try:
        yield
    except UNREACHABLE as e:
        raise JobFailed(f"the job server refused, or stopped to answer: {reason(e)}") from e
