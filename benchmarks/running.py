"""Benchmarks, each in a process of its own: what one loads, leaves behind or breaks touches no other."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.row import failed

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TAIL_CHARS = 1500  # of what a failing benchmark said


@dataclass(frozen=True, kw_only=True)
class Ran:
    """The rows of one file, and how long it took."""

    name: str
    rows: list[dict[str, Any]]
    wall_s: float


def names() -> list[str]:
    """Every benchmark there is: bench_*.py of this folder, without the prefix."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def run(name: str, *, quick: bool, limit_s: float) -> Ran:
    """Run one benchmark. One that raises, dies, gives nothing or outlasts the limit is a failing row that says so."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="corpusmill-bench-") as folder:
        out, log = Path(folder, "rows.json"), Path(folder, "log")
        command = [sys.executable, "-m", "benchmarks.child", f"bench_{name}", str(out), *(["--quick"] if quick else [])]
        with log.open("wb") as said:
            process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, env=environment())
        try:
            error = None if process.wait(limit_s) == 0 else f"exit code {process.returncode}"
        except subprocess.TimeoutExpired:
            error = f"not done after {limit_s:.0f} s"
        finally:
            end(process)
        found = [] if error else json.loads(out.read_text(encoding="utf-8"))
        if error:
            found = [failed(name, f"{error}: {log.read_text(errors='replace')[-TAIL_CHARS:].strip()}")]
        elif not found:
            found = [failed(name, "it gave no rows")]
    return Ran(name=name, rows=found, wall_s=time.monotonic() - started)


def environment() -> dict[str, str]:
    """Ray stays quiet; the peers' Python is found from any folder."""
    return {"RAY_USAGE_STATS_ENABLED": "0", **os.environ}


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that is still there, after everything it started."""
    if process.poll() is not None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
    process.kill()
    process.wait()
