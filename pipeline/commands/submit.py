"""Implements `submit`: a job, checked here, is sent with this code to a cluster, where a command runs it."""

import shlex
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from corpusmill import pipeline
from corpusmill.cluster.storage import Store
from corpusmill.cluster.submit import Submission
from corpusmill.cluster.submit import submit as submit_job
from corpusmill.cluster.submitted import Submitted
from corpusmill.errors import InputError
from corpusmill.pipeline.commands.jobs import WRITTEN, job_to_run, written_in
from corpusmill.pipeline.commands.printed import echo_json
from corpusmill.pipeline.commands.remove import request_in, text_of
from corpusmill.pipeline.commands.update import EITHER, SINCE_ALONE, already, slots_due
from corpusmill.pipeline.config.sections.spec import JobSpec
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.files.json_values import JsonObject
from corpusmill.pipeline.inputs.slot_paths import has_slots
from corpusmill.pipeline.stages import kernel_uses
from corpusmill.pipeline.stages.compiling import send_along
from corpusmill.pipeline.steps import user_code

JOB, LIST = "job.json", "takedown.txt"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What `submit` is given. list_, by, allow_missing: of a takedown."""

    job: Path
    overrides: tuple[str, ...]
    address: str
    sample: float | None = None
    limit: int | None = None
    replace: bool = False
    no_wait: bool = False
    update: bool = False
    slot: str | None = None
    every: str | None = None
    since: str | None = None
    list_: Path | None = None
    by: str | None = None
    allow_missing: bool = False
    verify: bool = False
    log_format: str = "text"
    lineage: str | None = None
    as_json: bool = False

    @property
    def kind(self) -> str:
        """The command that runs there. InputError where several are named."""
        kinds = {"update": self.update, "takedown": self.list_ is not None, "verify": self.verify}
        named = [kind for kind, given in kinds.items() if given]
        if len(named) > 1:
            raise InputError([f"one job does one thing: say --{' or --'.join(named)}"])
        if (self.slot or self.every) and not self.update:
            raise InputError(["--slot and --every are about updates: say --update too"])
        if (self.by or self.allow_missing) and self.list_ is None:
            raise InputError(["--by and --allow-missing are about takedowns: say --takedown LIST too"])
        if self.slot and self.every:
            raise InputError([EITHER])
        if self.since and not self.every:
            raise InputError([SINCE_ALONE])
        return named[0] if named else "run"


def submit(given: Request) -> None:
    """Check the job here, then send it with this code to the cluster.

    The job travels as it was understood here: recipes unfolded, overrides in, addresses made absolute.
    """
    check_job_server(given.address)
    kind = given.kind
    spec = job_to_run(given.job, given.overrides, sample=given.sample, limit=given.limit)
    if kind == "run" and has_slots(spec):
        raise InputError(["the paths of this job depend on the slot: submit it with --update"])
    if (nothing := nothing_due(spec, given)) is not None:
        none = Submitted(id="", attached=False, detached=False, message=nothing)
        echo_json(facts_of(spec.name, none)) if given.as_json else click.echo(nothing)
        return
    files = {JOB: spec.to_canonical(), WRITTEN: written_in(given.job, given.overrides).to_json()}
    if given.list_ is not None:
        files[LIST] = text_of(given.list_)
        request_in(files[LIST], str(given.list_))
    note_local_paths(spec)
    display, uses = Display(), kernel_uses.of_job(spec, kernel_uses.readers())
    done = submit_job(
        Submission(
            code=Path(pipeline.__file__).parents[1],
            files={**files, **user_code.files_of(spec)},
            entrypoint=shlex.join(entrypoint(given)),
            job=spec.name,
            kind=kind,
            workspace=spec.workspace,
            complete=lambda package: send_along(uses, package, display),
        ),
        address=given.address,
        say=(lambda line: click.echo(line, err=True)) if given.as_json else click.echo,
        wait=not given.no_wait,
    )
    if given.as_json:
        echo_json(facts_of(spec.name, done))
    done.check()


def facts_of(job: str, done: Submitted) -> JsonObject:
    """What `--json` prints: the same keys whatever happened. id: null where nothing was submitted."""
    return {"job": job, **asdict(done), "id": done.id or None, "did_nothing": not done.id}


def nothing_due(spec: JobSpec, given: Request) -> str | None:
    """Why no slot is to run, by what the workspace says of its slots; null where one is, or none is named.

    So a schedule that looks every hour starts nothing on the cluster. InputError for a wrong slot or schedule.
    """
    if given.slot is None and given.every is None:
        return None
    due = slots_due(
        Store(spec.workspace, spec.storage),
        slot=given.slot,
        every=given.every,
        since=given.since,
        now=datetime.now(UTC),
    )
    return None if due.slots else f"{spec.name}: nothing to do: {already(due.done, given.slot)}"


def entrypoint(given: Request) -> list[str]:
    """The command that runs on the cluster, word by word."""
    kind = given.kind
    words = ["python", "-m", "corpusmill", kind]
    if kind != "verify":
        words += ["--address", "auto"]
    if kind in ("run", "update"):
        words += ["--replace"] if given.replace else []
        words += ["--log-format", given.log_format] if given.log_format != "text" else []
        words += ["--lineage", given.lineage] if given.lineage else []
        words += ["--slot", given.slot] if given.slot else []
        words += ["--every", given.every] if given.every else []
        words += ["--since", given.since] if given.since else []
    if kind == "takedown":
        words += ["--by", given.by] if given.by else []
        words += ["--allow-missing"] if given.allow_missing else []
    return [*words, "--sent", JOB, *([LIST] if kind == "takedown" else [])]


def note_local_paths(spec: JobSpec) -> None:
    """Say which addresses are paths of this machine, which nodes may not reach."""
    addresses = (spec.workspace, spec.output, *(p for i in spec.inputs for p in i.paths))
    local = sorted({address for address in addresses if "://" not in address})
    if local:
        Display().line(
            f"note: every node must be able to read {', '.join(local)}; a path on this machine only is not enough"
        )


def check_job_server(address: str) -> None:
    """InputError unless a job server can have the address; Ray itself would try another for most of a minute."""
    if not address.startswith(("http://", "https://")):
        host, port, _ = address.rpartition("://")[2].partition(":")
        wanted = f"--address: expected the job server of the cluster, http://HOST:8265, found {address!r}"
        raise InputError([f"{wanted}; say --address http://{host if port else 'HOST'}:8265"])
