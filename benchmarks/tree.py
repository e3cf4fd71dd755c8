"""A command watched from outside: CPU seconds and memory of it and of everything it starts."""

import contextlib
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.running import ROOT, end

EVERY_S = 0.1  # what a process does after it was last seen is lost: a tenth of a second at most
TAIL_CHARS = 2000


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process of the tree as it was last seen. peak_bytes: the most resident memory it ever had (VmHWM)."""

    command: str
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What became of a command. processes: the command itself comes first."""

    said: str
    wall_s: float
    cpu_s: float
    processes: Sequence[Process]

    def peak_bytes(self, part: str) -> int:
        """The largest peak among the processes whose command line contains `part`; 0 without one."""
        return max((p.peak_bytes for p in self.processes if part in p.command), default=0)


def watch(
    command: Sequence[str], *, limit_s: float, env: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Watched:
    """Run a command to its end, in the project's root or another folder.

    RuntimeError when it fails or outlasts the limit.
    """
    seen: dict[tuple[int, float], Process] = {}
    started, before = time.monotonic(), _cpu_of_ended()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, cwd=folder, env={**os.environ, **(env or {})}, stdout=out, stderr=errors)
        try:
            while child.poll() is None:
                _look(child.pid, seen)
                if time.monotonic() - started > limit_s:
                    raise RuntimeError(f"{' '.join(command)} was not done after {limit_s:.0f} s")
                time.sleep(EVERY_S)
        finally:
            end(child)
        wall_s = time.monotonic() - started
        out.seek(0)
        errors.seek(0)
        said = out.read().decode(errors="replace")
        if child.returncode:
            told = (errors.read().decode(errors="replace") + said)[-TAIL_CHARS:]
            raise RuntimeError(f"{' '.join(command)} ended with exit code {child.returncode}:\n{told}")
    # The system's own sum is exact, but knows only what was waited for; workers of Ray are not.
    cpu_s = max(sum(p.cpu_s for p in seen.values()), _cpu_of_ended() - before)
    return Watched(said=said, wall_s=wall_s, cpu_s=cpu_s, processes=tuple(seen.values()))


def _look(pid: int, seen: dict[tuple[int, float], Process]) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess, FileNotFoundError):
                key, times = (process.pid, process.create_time()), process.cpu_times()
                last = seen.get(key)
                # A process that has just ended still has its times, but neither memory nor a command line. Ray's
                # workers change their title with what they do: the first one with a `::` is kept.
                command = " ".join(process.cmdline())
                if last is not None and (not command or "::" in last.command):
                    command = last.command
                peak_bytes = max(high_water(process.pid), last.peak_bytes if last else 0)
                seen[key] = Process(command=command, cpu_s=times.user + times.system, peak_bytes=peak_bytes)


def high_water(pid: int) -> int:
    """The most resident memory a process ever had, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_of_ended() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
