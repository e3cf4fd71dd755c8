"""Implements `schedule` and `manifests`: prints what runs a job again and again, or puts it in place."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from corpusmill.errors import InputError, JobFailed
from corpusmill.pipeline.commands.jobs import job_of
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.submit import check_job_server, note_local_paths
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.deploy import kubernetes
from corpusmill.pipeline.deploy.aws import autoscaler_yaml
from corpusmill.pipeline.deploy.grafana import dashboard
from corpusmill.pipeline.deploy.image import dockerfile
from corpusmill.pipeline.deploy.kubernetes import SentFiles
from corpusmill.pipeline.deploy.schedule import Scheduled, cron_line, systemd_units, with_cron_line
from corpusmill.pipeline.deploy.values import STARTER, Values, read_values
from corpusmill.pipeline.deploy.yaml_text import documents
from corpusmill.pipeline.steps import user_code
from corpusmill.pipeline.versions.slots import Every

UNITS = Path(".config/systemd/user")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What `schedule` is given."""

    job: Path
    overrides: tuple[str, ...]
    every: str
    form: str
    install: bool
    jitter: int
    address: str | None
    values: Path | None
    as_json: bool = False


def schedule(given: Request) -> None:
    """Print what updates the dataset of a job on a schedule, or install it for this user."""
    spec = job_of(given.job, given.overrides)
    every = Every(given.every)
    if given.address is not None:
        check_job_server(given.address)
    if given.form in ("k8s-cronjob", "raycronjob"):
        if given.install or given.address is not None:
            raise InputError([f"--as {given.form} is for `kubectl apply`: leave out --install and --address"])
        values = values_of(given.values)
        note_local_paths(spec)
        made = kubernetes.scheduled(sent_files(spec, given.job, given.overrides), values, every, form=given.form)
        if given.as_json:
            echo_json({"files": {f"{given.form}.yaml": documents(made)}, "installed": False})
        else:
            click.echo(documents(made), nl=False)
        return
    job = Scheduled(
        name=spec.name,
        job=given.job.resolve(),
        every=every,
        program=program(),
        jitter_s=given.jitter,
        address=given.address,
        overrides=given.overrides,
    )
    if given.as_json and not given.install:
        files = systemd_units(job) if given.form == "systemd" else {"crontab": cron_line(job)}
        echo_json({"files": dict(files), "installed": False})
        return
    if given.as_json:
        raise InputError(["--json prints what would be installed: leave out --install"])
    if given.form == "systemd":
        units = systemd_units(job)
        _install_units(units, job) if given.install else _print_files(units)
    elif given.install:
        _install_cron(job)
    else:
        click.echo(cron_line(job), nl=False)


def manifests(
    *,
    job: Path,
    overrides: tuple[str, ...],
    values: Path | None,
    out: Path | None,
    every: str | None,
    starter: bool,
    as_json: bool,
) -> None:
    """Print, or write, what runs a job on Kubernetes or AWS."""
    if starter:
        echo_json({"files": {"values.yaml": STARTER}, "out": None}) if as_json else click.echo(STARTER, nl=False)
        return
    spec = job_of(job, overrides)
    found = values_of(values)
    note_local_paths(spec)
    sent = sent_files(spec, job, overrides)
    files = {
        "Dockerfile": dockerfile(found),
        "raycluster.yaml": documents(kubernetes.lasting_cluster(sent, found)),
        "rayjob.yaml": documents(kubernetes.one_run(sent, found)),
        "aws-cluster.yaml": documents([autoscaler_yaml(spec.name, found)]),
        "grafana-dashboard.json": dashboard(),
    }
    if every is not None:
        scheduled = kubernetes.scheduled(sent, found, Every(every), form="k8s-cronjob")
        files["cronjob.yaml"] = documents(scheduled)
    if out is None:
        echo_json({"files": files, "out": None}) if as_json else _print_files(files)
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_text(content, encoding="utf-8")
    if as_json:
        echo_json({"files": files, "out": str(out)})
    else:
        click.echo(f"wrote {', '.join(files)} to {out}")


def sent_files(spec: JobSpec, job: Path, overrides: tuple[str, ...]) -> SentFiles:
    """What the pods of a job get: its file as it is written, and the modules of its own operators beside it."""
    modules = user_code.files_of(spec)
    if packages := sorted(path for path in modules if "/" in path):
        raise InputError(
            [f"{', '.join(packages)}: only single files travel with the job file: put packages into the image"]
        )
    return SentFiles(job=spec.name, text=job.read_text(encoding="utf-8"), modules=modules, overrides=overrides)


def values_of(path: Path | None) -> Values:
    """The values in a file; InputError where none is named, with how to get one."""
    if path is None:
        raise InputError(["say --values FILE; `corpusmill manifests JOB --starter > values.yaml` writes one to edit"])
    return read_values(path)


def program() -> str:
    """The path of this command, which a scheduler needs whole."""
    return shutil.which("corpusmill", path=str(Path(sys.executable).parent)) or f"{sys.executable} -m corpusmill"


def _print_files(files: Mapping[str, str]) -> None:
    for name, content in files.items():
        click.echo(f"# --- {name}\n{content}")


def _install_units(units: Mapping[str, str], job: Scheduled) -> None:
    folder = Path.home() / UNITS
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in units.items():
        (folder / name).write_text(content, encoding="utf-8")
    try:
        _ran(["systemctl", "--user", "daemon-reload"])
        _ran(["systemctl", "--user", "enable", "--now", f"{job.unit}.timer"])
    except JobFailed as e:
        raise JobFailed(
            f"{e}. The units are in {folder}. A session of systemd for this user is needed, which a login has, and a "
            "container, `su` and cron have not: run it after a login, or use --as cron"
        ) from e
    click.echo(f"installed {', '.join(units)} in {folder}; `journalctl --user -u {job.unit}` shows its log")
    click.echo("it runs while you are logged out only after `loginctl enable-linger`")


def _install_cron(job: Scheduled) -> None:
    if shutil.which("crontab") is None:
        raise JobFailed("crontab is not on this machine: install cron, or print the lines without --install")
    found = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    _ran(["crontab", "-"], stdin=with_cron_line(found.stdout if found.returncode == 0 else "", job))
    click.echo(f"installed in the crontab of this user; `crontab -l` shows it, under {job.name}")


def _ran(command: list[str], *, stdin: str | None = None) -> None:
    """Run a command of the system. JobFailed with what it said where it fails or is not there."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    except FileNotFoundError as e:
        raise JobFailed(f"{command[0]} is not on this machine: print the schedule and install it by hand") from e
    if done.returncode:
        raise JobFailed(f"`{' '.join(command)}` failed: {done.stderr.strip() or done.stdout.strip()}")
