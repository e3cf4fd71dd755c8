"""Writes what makes an update run on a schedule on one machine: units of systemd, or a line of cron."""

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpusmill.pipeline.deploy.calendar import on_calendar
from corpusmill.pipeline.versions.slots import Every

MARK = "# corpusmill {name}"  # before and after the line of a job in a crontab
STOP_S = 300  # a run commits what is finished and gives the workspace back within seconds; a store may be slow

STOPPING = "A run may take days; it stops cleanly on SIGTERM, and the next one resumes it."
FOLLOWING = "A run may take days. Stopping this ends the following, not the job: `corpusmill stop --address ...` does."


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A job on a schedule. program: the path of `corpusmill`; job: of the job file; jitter_s: at most so long after the
    time that is due; address: of a job server, to which the job is submitted; log: the file that cron writes to;
    overrides: of the job, `KEY=VALUE` each.
    """

    name: str
    job: Path
    every: Every
    program: str
    jitter_s: int = 900
    address: str | None = None
    log: Path | None = None
    overrides: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """The name of its units, without their ending."""
        return f"corpusmill-{self.name}"

    def words(self) -> list[str]:
        """The command that runs each slot that is due, word by word."""
        changed = [word for override in self.overrides for word in ("--set", override)]
        every = ["--every", self.every.text, *changed, str(self.job)]
        if self.address is not None:
            return [self.program, "submit", "--address", self.address, "--update", *every]
        return [self.program, "update", *every]

    @property
    def environment(self) -> str:
        """The file with its credentials and endpoints, from the home folder of the user."""
        return f".config/corpusmill/{self.name}.env"


def systemd_units(job: Scheduled) -> Mapping[str, str]:
    """The service and the timer, by file name. A timer never starts a service that still runs."""
    calendar = "\n".join(f"OnCalendar={value}" for value in on_calendar(job.every.cron))
    command = " ".join(_systemd_word(word) for word in job.words())
    service = f"""[Unit]
Description=corpusmill update of {job.name}, {job.every.text}
Documentation=man:systemd.timer(5)
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={_systemd_path(job.job.parent)}
# Credentials and endpoints, one NAME=value a line; the file need not exist.
EnvironmentFile=-%h/{job.environment}
ExecStart={command}
Nice=10
# {STOPPING if job.address is None else FOLLOWING}
TimeoutStartSec=infinity
TimeoutStopSec={STOP_S}
KillMode=mixed
"""
    timer = f"""[Unit]
Description=corpusmill update of {job.name}, {job.every.text}

[Timer]
{calendar}
# A time that was missed because the machine was off is made up for when it is on again.
Persistent=true
RandomizedDelaySec={job.jitter_s}
Unit={job.unit}.service

[Install]
WantedBy=timers.target
"""
    return {f"{job.unit}.service": service, f"{job.unit}.timer": timer}


def cron_line(job: Scheduled) -> str:
    """Lines for the crontab of a user.

    Cron knows neither UTC nor times that were missed, so it looks every hour (every quarter, where the schedule is
    hourly) whether a slot is due, at a minute that the job's name decides. `flock` keeps two from running at once. Cron
    has next to no environment either: credentials come from the file that a service of systemd reads too.
    """
    number = int(hashlib.sha256(job.name.encode()).hexdigest(), 16)
    hourly = job.every.cron.split()[1] == "*"
    minutes = ",".join(str(number % 15 + quarter) for quarter in (0, 15, 30, 45)) if hourly else str(number % 60)
    log = job.log or job.job.with_name(f"{job.unit}.log")
    lock = job.job.with_name(f".{job.unit}.lock")
    pause = f"sleep $(awk 'BEGIN {{ srand(); print int(rand() * {min(job.jitter_s, 600)}) }}')"
    file = f'"$HOME"/{shlex.quote(job.environment)}'
    command = (
        f"set -a; [ ! -r {file} ] || . {file}; set +a; cd {shlex.quote(str(job.job.parent))} && {pause} && "
        f"flock -n {shlex.quote(str(lock))} {shlex.join(job.words())} >> {shlex.quote(str(log))} 2>&1"
    )
    mark = MARK.format(name=job.name)
    often = "every quarter of an hour" if hourly else "every hour"
    about = f"# looks {often} whether a slot of {job.every.text!r} (UTC) is due; credentials: ~/{job.environment}"
    line = f"{minutes} * * * * {command.replace('%', chr(92) + '%')}"
    return f"{mark} begin\n{about}\n{line}\n{mark} end\n"


def with_cron_line(crontab: str, job: Scheduled) -> str:
    """A crontab with the lines of this job, in place of those it has of it."""
    mark = MARK.format(name=job.name)
    before, begin, rest = crontab.partition(f"{mark} begin\n")
    after = rest.partition(f"{mark} end\n")[2] if begin else ""
    head = before if not before or before.endswith("\n") else f"{before}\n"
    return head + cron_line(job) + after


def _systemd_word(word: str) -> str:
    """A word as systemd reads it: `%` and `$` stand for themselves, blanks do not divide it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(c.isspace() or c in "*'\";" for c in word) or not word else escaped


def _systemd_path(path: Path) -> str:
    return str(path).replace("%", "%%")
