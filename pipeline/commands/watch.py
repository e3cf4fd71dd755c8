"""Implements the commands that watch runs from outside: status, logs, stop, list."""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from corpusmill.cluster import jobs, lease
from corpusmill.cluster.job_log import follow as follow_log
from corpusmill.cluster.jobs import SubmittedJob
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, RowNotFound
from corpusmill.pipeline.commands.job_server import ServerView, connected, is_job_file, submitted, view_of
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.config.workspace import written_workspace
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.events.log import FOLDER, STOP
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.report.cost.printed import compared
from corpusmill.pipeline.report.durations import duration, stamp
from corpusmill.pipeline.report.status import WorkspaceStatus, stages_table, state_of, status_of

NOT_BEGUN = "one that was submitted and has not begun is stopped with --address"


def status(
    *,
    what: str | None,
    overrides: tuple[str, ...],
    address: str | None,
    as_json: bool,
    price_cpu_hour: float | None,
) -> None:
    """Print how far the newest run of a workspace is, or what jobs a cluster has."""
    if address is not None and what is None:
        list_(what=None, overrides=overrides, address=address, as_json=as_json, most=20)
        return
    there = ServerView() if address is None else view_of(address, what, overrides)
    workspace = _workspace_with(what, overrides, there)
    found = there.applied_to(status_of(workspace, price_cpu_hour=price_cpu_hour))
    if as_json:
        submitted = {} if address is None else {"submitted": None if there.newest is None else asdict(there.newest)}
        echo_json({**found.to_json(), **submitted})
    else:
        for line in there.lines(found.run, address):
            click.echo(line)
        print_status(found)
    if there.problem is not None:
        raise there.problem


def print_status(found: WorkspaceStatus) -> None:
    """Print a status for a person."""
    for line in found.lines():
        click.echo(line)
    if found.run is None or not found.run.stages:
        return
    click.echo()
    print_table(screen(), stages_table(found.run.stages, found.until))
    predicted = dict(found.run.facts.get("predicted") or {})
    for line in compared(predicted, found.run.stages):
        click.echo(f"cost     {line}")


def _workspace_with(what: str | None, overrides: tuple[str, ...], there: ServerView) -> Store:
    """The workspace that `what` means; of an id or a name of a submitted job, the one that it works in."""
    if there.newest is not None and what in (there.newest.id, there.newest.job) and not Path(what).exists():
        return Store(there.newest.workspace)
    is_place = what is None or is_job_file(what) or "://" in what or Path(what).exists()
    if there.has_address and not is_place:  # a name, which says nothing without the server
        raise there.problem or jobs.not_found(there.jobs, what)
    return workspace_of(what, overrides)


def logs(
    *, what: str | None, overrides: tuple[str, ...], address: str | None, as_json: bool, run_: str | None, follow: bool
) -> None:
    """Print the log of a submitted job, or the events of a run."""
    if address is not None:
        client = connected(address)
        job = submitted(client, what, overrides)
        if follow and as_json:
            raise InputError(["--json prints the log so far: leave out --follow"])
        if follow:
            follow_log(client, job.id, click.echo)
        elif as_json:
            echo_json({**asdict(job), "log": jobs.logs(client, job.id)})
        else:
            click.echo(jobs.logs(client, job.id), nl=False)
        return
    if follow:
        raise InputError(["--follow is for a submitted job: say --address, or look at `corpusmill status JOB`"])
    workspace = workspace_of(what, overrides)
    known = list(history.segments(workspace))
    newest = history.last_run(workspace)
    if newest is None or (run_ is not None and run_ not in known):
        there = f"`corpusmill list JOB` shows its {len(known)}" if known else "no run has been recorded in it yet"
        raise RowNotFound(f"no run{f' {run_}' if run_ else ''} is recorded in {workspace.url}; {there}")
    for event in history.events(workspace, run_ or newest.run):
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else event_line(event))


def stop(*, what: str | None, overrides: tuple[str, ...], address: str | None, as_json: bool) -> None:
    """Stop a submitted job, or leave a request to stop in the workspace."""
    if address is not None:
        if what is None:
            raise InputError(["name the job to stop; `corpusmill list --address ...` shows the jobs of the cluster"])
        client = connected(address)
        job = submitted(client, what, overrides)
        stopped = jobs.stop(client, job.id)
        done = {"job": job.id, "stopped": stopped}
        message = f"{job.id}: {'stopped' if stopped else f'was not running ({job.state.lower()})'}"
    else:
        workspace = workspace_of(what, overrides)
        found = status_of(workspace)
        if found.run is None:
            raise RowNotFound(f"no run has been recorded in {workspace.url}, so none is stopped; {NOT_BEGUN}")
        running = found.state == history.RUNNING
        if running:
            workspace.publish(f"{FOLDER}/{found.run.run}/{STOP}", b"{}")
            message = f"{found.run.run} is requested to stop; it does within a minute: `corpusmill status JOB` shows it"
        else:
            message = f"{found.run.run}: was not running ({found.state}); {NOT_BEGUN}"
        done = {"run": found.run.run, "requested": running, "state": found.state}
    echo_json(done) if as_json else click.echo(message)


def list_(*, what: str | None, overrides: tuple[str, ...], address: str | None, as_json: bool, most: int) -> None:
    """Print the runs of a workspace, or the jobs of a cluster."""
    if address is not None:
        found = jobs.jobs(connected(address))[-most:]
        if as_json:
            echo_json([asdict(job) for job in found])
        elif found:
            print_table(screen(), jobs_table(found))
        else:
            click.echo(f"no job has been submitted to {address} since its head was started")
        return
    workspace = workspace_of(what, overrides)
    holder, now = lease.read(workspace), time.time()
    runs = [replace(run, state=state_of(run, holder, now)) for run in history.runs(workspace, most)]
    if as_json:
        echo_json([asdict(run) for run in runs])
    elif runs:
        print_table(screen(), runs_table(runs))
    else:
        click.echo(f"no run has been recorded in {workspace.url}")


def workspace_of(what: str | None, overrides: tuple[str, ...]) -> Store:
    """The workspace of a job file, or the one at an address. InputError where none is named."""
    if what is None:
        raise InputError(["name a job file or a workspace, or say --address http://HOST:8265"])
    if is_job_file(what):
        if (address := written_workspace(Path(what), overrides)) is not None:
            return Store(address)
        from corpusmill.pipeline.commands.jobs import job_of  # brings all that checks a job

        spec = job_of(Path(what), overrides)
        return Store(spec.workspace, spec.storage)
    return Store(what)


def event_line(event: Mapping[str, Any]) -> str:
    """
    >>> event_line({"at": "2026-11-30T12:00:00+00:00", "event": "unit.failed", "run": "r", "unit": "a", "error": ""})
    '2026-11-30T12:00:00+00:00  unit.failed  unit=a'
    """
    facts = " ".join(f"{k}={v}" for k, v in event.items() if k not in ("at", "event", "run") and v not in (None, ""))
    return f"{event['at']}  {event['event']}  {facts}".rstrip()


def runs_table(runs: Iterable[RunState]) -> Table:
    """Runs for a terminal, one a line."""
    table = Table(box=None, pad_edge=False)
    for name in ("run", "job", "kind", "slot", "version", "began", "state", "time", "CPUs"):
        table.add_column(name, no_wrap=True)
    for run in runs:
        span = duration((run.ended_at or run.seen_at) - run.began_at)
        words = (run.run, run.job, run.kind, run.slot or "", run.version or "", stamp(run.began_at), run.state)
        table.add_row(*words, span, str(run.cpus or ""))
    return table


def jobs_table(found: Iterable[SubmittedJob]) -> Table:
    """Submitted jobs for a terminal, one a line."""
    table = Table(box=None, pad_edge=False)
    for name in ("id", "job", "kind", "state", "began", "workspace"):
        table.add_column(name, no_wrap=name != "workspace")
    for job in found:
        began = "" if job.began_at is None else stamp(job.began_at)
        table.add_row(job.id, job.job, job.kind, job.state, began, job.workspace)
    return table
