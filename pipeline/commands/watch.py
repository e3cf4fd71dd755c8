"""Implements the commands that watch runs from outside: status, logs, stop, list."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from corpusmill.cluster import jobs
from corpusmill.cluster.jobs import SubmittedJob
from corpusmill.cluster.storage import Store
from corpusmill.errors import InputError, RowNotFound
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.config.workspace import written_workspace
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.history import RunState
from corpusmill.pipeline.events.log import FOLDER, STOP
from corpusmill.pipeline.execution.progress import print_table, screen
from corpusmill.pipeline.report.cost.printed import compared
from corpusmill.pipeline.report.status import duration, stages_table, stamp, status_of

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
        click.echo(f"submitted as {live.id}, {live.state}{f': {live.message}' if live.message else ''}")
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
        if follow:
            jobs.follow(client, job.id, click.echo)
        else:
            click.echo(jobs.logs(client, job.id), nl=False)
        return
    if follow:
        raise InputError(["--follow is for a submitted job: say --address, or look at `corpusmill status`"])
    workspace = workspace_of(what, overrides)
    known = [run.run for run in history.runs(workspace)]
    if not known or (run_ is not None and run_ not in known):
        raise RowNotFound(f"no run{f' {run_}' if run_ else ''} is recorded in {workspace.url}; there are: {known}")
    for event in history.events(workspace, run_ or known[-1]):
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else event_line(event))


def stop(*, what: str | None, overrides: tuple[str, ...], address: str | None, as_json: bool) -> None:
    """Stop a submitted job, or leave a request to stop in the workspace."""
    if address is not None:
        client = _connected(address)
        job = _submitted(client, what, overrides)
        stopped = jobs.stop(client, job.id)
        done = {"job": job.id, "stopped": stopped}
        message = f"{job.id}: {'stopped' if stopped else f'was not running ({job.state.lower()})'}"
    else:
        workspace = workspace_of(what, overrides)
        found = status_of(workspace)
        if found.state != history.RUNNING or found.run is None:
            raise RowNotFound(f"no run is under way in {workspace.url}: the newest is {found.state}")
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
    runs = history.runs(workspace_of(what, overrides), most)
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
