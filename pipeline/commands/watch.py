"""Implements the commands that watch runs from outside: status, logs, stop, list."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from corpusmill.cluster import jobs, lease
from corpusmill.cluster.job_log import follow as follow_log
from corpusmill.cluster.jobs import SubmittedJob
from corpusmill.cluster.storage import Store
from corpusmill.cluster.submitted import short
from corpusmill.errors import InputError, RowNotFound
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.config.workspace import written_workspace
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.events.log import FOLDER, STOP
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.report.cost.printed import compared
from corpusmill.pipeline.report.status import duration, stages_table, stamp, state_of, status_of

WITHOUT_EVENTS = ("verify",)  # commands that are no runs
JOB_FILES = (".yaml", ".yml", ".json")


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
    live = None if address is None else _live(address, what, overrides)
    found = status_of(workspace_of(what, overrides), price_cpu_hour=price_cpu_hour)
    if as_json:
        echo_json({**found.to_json(), **({} if live is None else {"submitted": asdict(live)})})
        return
    if live is not None:
        for line in submitted_lines(live, found.run, address):
            click.echo(line)
    for line in found.lines():
        click.echo(line)
    if found.run is not None and found.run.stages:
        click.echo()
        print_table(screen(), stages_table(found.run.stages, found.until))
        predicted = dict(found.run.facts.get("predicted") or {})
        for line in compared(predicted, found.run.stages):
            click.echo(f"cost     {line}")


def logs(
    *, what: str | None, overrides: tuple[str, ...], address: str | None, as_json: bool, run_: str | None, follow: bool
) -> None:
    """Print the log of a submitted job, or the events of a run."""
    if address is not None:
        client = _connected(address)
        job = _submitted(client, what, overrides)
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
        raise InputError(["--follow is for a submitted job: say --address, or look at `corpusmill status`"])
    workspace = workspace_of(what, overrides)
    known = list(history.segments(workspace))
    newest = history.last_run(workspace)
    if newest is None or (run_ is not None and run_ not in known):
        there = f"`corpusmill list` shows its {len(known)}" if known else "no run has been recorded in it yet"
        raise RowNotFound(f"no run{f' {run_}' if run_ else ''} is recorded in {workspace.url}; {there}")
    for event in history.events(workspace, run_ or newest.run):
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else event_line(event))


def stop(*, what: str | None, overrides: tuple[str, ...], address: str | None, as_json: bool) -> None:
    """Stop a submitted job, or leave a request to stop in the workspace."""
    if address is not None:
        if what is None:
            raise InputError(["name the job to stop; `corpusmill list --address ...` shows the jobs of the cluster"])
        client = _connected(address)
        job = _submitted(client, what, overrides)
        stopped = jobs.stop(client, job.id)
        done = {"job": job.id, "stopped": stopped}
        message = f"{job.id}: {'stopped' if stopped else f'was not running ({job.state.lower()})'}"
    else:
        workspace = workspace_of(what, overrides)
        found = status_of(workspace)
        if found.state != history.RUNNING or found.run is None:
            newest = "there has been none" if found.run is None else f"the newest, {found.run.run}, is {found.state}"
            raise RowNotFound(
                f"no run is under way in {workspace.url}, so none is stopped: {newest}; one that was submitted and has "
                "not begun is stopped with --address"
            )
        workspace.publish(f"{FOLDER}/{found.run.run}/{STOP}", b"{}")
        done = {"run": found.run.run, "requested": True}
        message = f"{found.run.run} is requested to stop; it does within a minute: `corpusmill status` shows it"
    echo_json(done) if as_json else click.echo(message)


def list_(*, what: str | None, overrides: tuple[str, ...], address: str | None, as_json: bool, most: int) -> None:
    """Print the runs of a workspace, or the jobs of a cluster."""
    if address is not None:
        found = jobs.jobs(_connected(address))[-most:]
        if as_json:
            echo_json([asdict(job) for job in found])
        else:
            print_table(screen(), jobs_table(found))
        return
    workspace = workspace_of(what, overrides)
    holder, now = lease.read(workspace), time.time()
    runs = [replace(run, state=state_of(run, holder, now)) for run in history.runs(workspace, most)]
    if as_json:
        echo_json([asdict(run) for run in runs])
    else:
        print_table(screen(), runs_table(runs))


def workspace_of(what: str | None, overrides: tuple[str, ...]) -> Store:
    """The workspace of a job file, or the one at an address. InputError where none is named."""
    if what is None:
        raise InputError(["name a job file or a workspace, or say --address http://HOST:8265"])
    if what.endswith(JOB_FILES) or Path(what).is_file():
        if (address := written_workspace(Path(what), overrides)) is not None:
            return Store(address)
        from corpusmill.pipeline.commands.jobs import job_of  # brings all that checks a job

        spec = job_of(Path(what), overrides)
        return Store(spec.workspace, spec.storage)
    return Store(what)


def _submitted(client: Any, what: str | None, overrides: tuple[str, ...]) -> SubmittedJob:
    """The submitted job that an id, a name, a job file or nothing means."""
    if what is not None and (what.endswith(JOB_FILES) or Path(what).is_file()):
        from corpusmill.pipeline.commands.jobs import job_of

        spec = job_of(Path(what), overrides)
        return jobs.newest(client, spec.name, spec.workspace)
    return jobs.newest(client, what)


def _live(address: str, what: str | None, overrides: tuple[str, ...]) -> SubmittedJob:
    return _submitted(_connected(address), what, overrides)


def _connected(address: str) -> Any:
    """A client of the job server at an address."""
    from corpusmill.pipeline.commands.submit import check_job_server

    check_job_server(address)
    return jobs.connect(address)


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
