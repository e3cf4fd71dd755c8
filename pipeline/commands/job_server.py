"""Looks up at the job server of a cluster what it says of a job."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

from corpusmill.cluster import jobs
from corpusmill.cluster.jobs import SubmittedJob
from corpusmill.cluster.submitted import short
from corpusmill.errors import JobFailed
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.report.status import WorkspaceStatus

WITHOUT_EVENTS = ("verify",)  # commands that are no runs
JOB_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, kw_only=True)
class ServerView:
    """What a job server says of a job. has_address: there is one to look at; newest: the live one, or the newest; jobs:
    all of its; problem: why it says nothing.
    """

    has_address: bool = False
    newest: SubmittedJob | None = None
    jobs: tuple[SubmittedJob, ...] = ()
    problem: JobFailed | None = None

    def applied_to(self, found: WorkspaceStatus) -> WorkspaceStatus:
        """The status with what the server knows earlier than the workspace: that the driver is no more."""
        ended = any(job.id == found.run.submission and not job.is_live for job in self.jobs) if found.run else False
        return replace(found, driver_ended=ended)

    def lines(self, run: RunState | None, address: str | None) -> Iterator[str]:
        if self.newest is not None:
            yield from submitted_lines(self.newest, run, address)
        elif address is not None and self.problem is None:
            yield f"{address} has no such job: it was not submitted there, or the head has been started anew since"


def view_of(address: str, what: str | None, overrides: tuple[str, ...]) -> ServerView:
    """What the job server at an address says of the job that `what` means; a problem in place of JobFailed."""
    try:
        found = jobs.jobs(connected(address))
    except JobFailed as e:
        return ServerView(has_address=True, problem=e)
    return ServerView(has_address=True, newest=jobs.newest_of(found, *_meant(what, overrides)), jobs=tuple(found))


def connected(address: str) -> Any:
    """A client of the job server at an address."""
    from corpusmill.pipeline.commands.submit import check_job_server

    check_job_server(address)
    return jobs.connect(address)


def submitted(client: Any, what: str | None, overrides: tuple[str, ...]) -> SubmittedJob:
    """The submitted job that an id, a name, a job file or nothing means."""
    return jobs.newest(client, *_meant(what, overrides))


def _meant(what: str | None, overrides: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The name or id of a job, and its workspace where a job file says that."""
    if not is_job_file(what):
        return what, None
    from corpusmill.pipeline.commands.jobs import job_of

    spec = job_of(Path(what), overrides)
    return spec.name, spec.workspace


def is_job_file(what: str | None) -> TypeGuard[str]:
    return what is not None and (what.endswith(JOB_FILES) or Path(what).is_file())


def submitted_lines(live: SubmittedJob, run: RunState | None, address: str | None) -> Iterator[str]:
    """What the job server has of a job, a line; and another where the run below is an earlier one. run: the newest of
    the workspace.
    """
    message = short(live.message)
    yield f"submitted as {live.id}, {live.state}{f': {message}' if message else ''}"
    if live.began_at is None or (run is not None and run.began_at >= live.began_at):
        return
    below = "" if run is None else "; what follows is the run before it"
    if live.is_live:
        yield f"it has written nothing to the workspace yet{below}"
    elif live.kind not in WITHOUT_EVENTS:
        yield f"it wrote nothing to the workspace: `corpusmill logs --address {address} {live.id}` says why{below}"
