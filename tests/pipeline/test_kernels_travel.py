"""Compiled kernels go along in a wheel and to the nodes of a cluster: an empty cache there costs no compiling."""

import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.pipeline.jobs import ROOT, corpusmill, made, write_job
from tests.pipeline.test_cluster import NO_TOKENS, joined, kill, ray, until

pytestmark = pytest.mark.ray

TELLS = {"NUMBA_DEBUG_CACHE": "1"}  # Numba then says what it saves, which it has compiled, and what it loads
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


def test_a_wheel_with_kernels_runs_the_demo_and_compiles_none(tmp_path):
    source = tmp_path / "source"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source)], check=True)
    subprocess.run([sys.executable, "-c", PUT], cwd=source, check=True)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), "."]
    subprocess.run(build, check=True, cwd=source, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith(
        f"-{sys.implementation.cache_tag.replace('cpython-', 'cp')}-linux_{os.uname().machine}.whl"
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    environment = {"CORPUSMILL_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path / "installed"), **TELLS}
    command = [sys.executable, "-P", "-m", "corpusmill", "demo", "demo"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    saved, loaded = counted(tmp_path / "cache", done.stdout)
    assert saved == []
    assert loaded > 20


@pytest.mark.slow
def test_a_node_with_an_empty_cache_compiles_none(inputs, undisturbed, tmp_path):
    dashboard = 8297
    ports = ("--port", "6396", "--dashboard-port", str(dashboard), "--dashboard-agent-listen-port", "52397")
    head = ray("--head", *ports, "--include-dashboard", "true", cpus=0)
    fresh = {"CORPUSMILL_CACHE": str(tmp_path / "cache"), **TELLS}
    try:
        address = f"http://127.0.0.1:{dashboard}"
        until(lambda: urllib.request.urlopen(f"{address}/api/version", timeout=1).status == 200)
        second = ray("--address", "127.0.0.1:6396", env=fresh)
        try:
            joined("127.0.0.1:6396", 2)
            done = corpusmill("submit", "--address", address, str(write_job(tmp_path, inputs)), env=NO_TOKENS)
            assert done.returncode == 0, done.stdout + done.stderr
            assert made(tmp_path / "out") == made(undisturbed / "out")
            saved, loaded = counted(tmp_path / "cache")
            assert saved == []
            assert loaded > 5
        finally:
            kill(second)
    finally:
        kill(head)


def counted(cache: Path, said: str = "") -> tuple[list[str], int]:
    """What processes saved of compiled code in a cache, and how often they loaded some. said: by one of them."""
    logs = Path(tempfile.gettempdir(), "ray").glob("session_*/logs/worker-*.out")
    lines = [line for text in (said, *(log.read_text(errors="replace") for log in logs)) for line in text.splitlines()]
    saved = [line for line in lines if f"data saved to '{cache}" in line]
    return saved, sum(f"data loaded from '{cache}" in line for line in lines)
