"""The demo from a wheel that carries kernels, with an empty cache: what is compiled, and when it first commits."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.row import row
from benchmarks.running import ROOT, end

FIRST_UNIT_LIMIT_S = 10.0
LIMIT_S = 900.0
EVERY_S = 0.05
PUT = """
from pathlib import Path
from corpusmill.pipeline.execution import process
process.prepare()
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.stages import compiling, kernel_uses
uses = kernel_uses.of_job(load(Path("examples/demo/demo.yaml")), kernel_uses.readers())
compiling.send_along(uses, Path("corpusmill"), Display(quiet=True))
"""


def rows(quick: bool) -> list[dict[str, Any]]:
    """Seconds to the first unit; right when not one kernel was compiled."""
    del quick
    with tempfile.TemporaryDirectory(prefix="corpusmill-wheel-") as name:
        folder = Path(name)
        installed = unpacked(folder)
        first_s, compiled = first_unit(installed, folder)
    title = "demo from a wheel, empty cache: first unit committed, no kernel compiled"
    return [row(title, first_s, "s", peer=FIRST_UNIT_LIMIT_S, at_least=1.0, answer_ok=compiled == 0)]


def unpacked(folder: Path) -> Path:
    """A wheel of this commit with the demo's kernels, as pip installs it: its modules are compiled to bytecode."""
    source = folder / "source"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source)], check=True)
    subprocess.run([sys.executable, "-c", PUT], cwd=source, check=True)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), "."]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    into = ["--target", str(folder / "installed"), str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", *into], check=True)
    return folder / "installed"


def first_unit(installed: Path, folder: Path) -> tuple[float, int]:
    """Seconds from the command to the first unit's marker, and how many kernels the whole run compiled."""
    environment = {"CORPUSMILL_CACHE": str(folder / "cache"), "PYTHONPATH": str(installed)}
    command = [sys.executable, "-P", "-m", "corpusmill", "demo", "demo"]
    started, found_s = time.monotonic(), 0.0
    run = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        while run.poll() is None:
            if time.monotonic() - started > LIMIT_S:
                raise RuntimeError(f"the demo was not done after {LIMIT_S:.0f} s")
            if not found_s and any((folder / "demo" / "work" / "units" / "ingest").glob("*.json")):
                found_s = time.monotonic() - started
            time.sleep(EVERY_S)
    finally:
        end(run)
    if run.returncode:
        raise RuntimeError(f"the demo ended with exit code {run.returncode}")
    brought = {path.name for path in (installed / "corpusmill" / "compiled").glob("*/*.nbc")}
    return found_s, sum(path.name not in brought for path in (folder / "cache").rglob("*.nbc"))


if __name__ == "__main__":
    print(json.dumps(rows(quick=True), indent=1))
