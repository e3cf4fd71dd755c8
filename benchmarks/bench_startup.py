"""Seconds until something happens: from the command to the first unit, with kernels compiled and without.

A unit says when it is done, not when it starts, so what is timed is the time until a very small unit is committed.
Wall time: on a machine with other work these rows say more about that work.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus
from benchmarks.corpus_files import write_wet
from benchmarks.ingest_job import write_job
from benchmarks.row import row
from benchmarks.running import ROOT, end
from benchmarks.tree import watch

WARM_LIMIT_S = 15.0
COLD_LIMIT_S = 90.0  # more than warm
COMPILE_LIMIT_S = 60.0  # CPU seconds for all kernels of the job
ROUNDS = 3
DOCUMENTS = 20
LIMIT_S = 300.0
EVERY_S = 0.05


def rows(quick: bool) -> list[dict[str, Any]]:
    """Warm start, a run with nothing to do; with `quick` off also a start without a kernel cache."""
    with tempfile.TemporaryDirectory(prefix="corpusmill-startup-") as name:
        folder = Path(name)
        write_wet(folder / "few.wet", Corpus(DOCUMENTS, seed=31))

        def fresh(n: int) -> Path:
            return write_job(folder, str(folder / "few.wet"), workspace=f"work-{n}")

        command = [sys.executable, "-m", "corpusmill", "run", str(fresh(0)), "--quiet"]
        watch(command, limit_s=LIMIT_S)  # kernels are compiled before the clock runs
        nothing = statistics.median(watch(command, limit_s=LIMIT_S).wall_s for _ in range(ROUNDS))
        warm = statistics.median(first_unit(fresh(n), {}) for n in range(1, ROUNDS + 1))
        found = [
            row("command to first unit committed, kernels cached", warm, "s", peer=WARM_LIMIT_S, at_least=1.0),
            row("a run that has nothing to do", nothing, "s", peer=WARM_LIMIT_S, at_least=1.0),
        ]
        if not quick:
            found += cold(folder, fresh(ROUNDS + 1), warm)
    return found


def cold(folder: Path, job: Path, warm_s: float) -> list[dict[str, Any]]:
    """With no kernel compiled yet: how much later the first unit is, and what compiling takes and loading then."""
    empty = {"NUMBA_CACHE_DIR": str(folder / "numba"), "XDG_CACHE_HOME": str(folder / "cache")}
    late = first_unit(job, empty) - warm_s
    again = {"NUMBA_CACHE_DIR": str(folder / "numba-2"), "XDG_CACHE_HOME": str(folder / "cache")}
    warm_up = [sys.executable, "-m", "benchmarks.ingest_run", "warm", str(job)]
    compiled, loaded = (json.loads(watch(warm_up, limit_s=LIMIT_S, env=again).said)["cpu_s"] for _ in range(2))
    return [
        row("first unit later without compiled kernels", late, "s", peer=COLD_LIMIT_S, at_least=1.0),
        row("compiling the kernels of FineWeb's ingest", compiled, "CPU-s", peer=COMPILE_LIMIT_S, at_least=1.0),
        row("loading them from the cache", loaded, "CPU-s", peer=2.0, at_least=1.0),
    ]


def first_unit(job: Path, env: dict[str, str]) -> float:
    """Seconds from the command until the first unit of the job has left its marker; then the run is ended."""
    markers = job.with_suffix("") / "units" / "ingest"
    started = time.monotonic()
    command = [sys.executable, "-m", "corpusmill", "run", str(job), "--quiet", "--workers", "2"]
    run = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.DEVNULL)
    try:
        while not any(markers.glob("*.json")):
            if run.poll() is not None:
                raise RuntimeError(f"the run ended with exit code {run.returncode} and no unit was committed")
            if time.monotonic() - started > LIMIT_S:
                raise RuntimeError(f"no unit was committed within {LIMIT_S:.0f} s")
            time.sleep(EVERY_S)
        return time.monotonic() - started
    finally:
        end(run)


if __name__ == "__main__":
    print(json.dumps(rows(quick="--whole" not in sys.argv), indent=1))
