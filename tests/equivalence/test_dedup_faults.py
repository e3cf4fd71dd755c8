"""Deduplication on Ray that loses a worker, a node or its driver in mid-phase: the bytes of an undisturbed run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.dedup.deduplicate import deduplicate
from corpusmill.pipeline.dedup.settings import Settings
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.run_units import quiet
from tests.dedup.test_invariance import SPEC, corpus, filled, payloads
from tests.dedup.workspace import Workspace
from tests.equivalence.test_dedup_workers import on_ray
from tests.pipeline.jobs import ROOT
from tests.pipeline.test_cluster import NO_TOKENS, head, joined, kill, node

__all__ = ["head"]  # a fixture
pytestmark = pytest.mark.ray

UNIT_BYTES = 1 << 13  # sketches, near and tables of the small corpus have many units each, which run on workers
SHARDS = 16

ON_CLUSTER = """
import sys
from pathlib import Path
from tests.equivalence.test_dedup_faults import deduplicated
deduplicated(Path(sys.argv[1]), sys.argv[2])
"""


def filled_with(root: Path) -> Workspace:
    return filled(root, corpus(60), SHARDS)


def deduplicated(root: Path, address: str | None) -> list[bytes]:
    """The tables of a workspace, made by units on Ray."""
    ws = filled_with(root)
    with lifecycle.session(address=address, workers=2, worker_setup="corpusmill.pipeline.kernels.cache.choose"):
        quiet()
        work = Work(store=ws.store, folder="dedup/x", run=on_ray, unit_bytes=UNIT_BYTES)
        return payloads(ws, deduplicate(work, Settings(spec=SPEC, shards=tuple(ws.shards))))


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> list[bytes]:
    """What comes of it without Ray, in one piece."""
    ws = filled_with(tmp_path_factory.mktemp("alone"))
    return payloads(ws, ws.dedup())


@pytest.mark.parametrize("phase", ["sketches", pytest.param("tables", marks=pytest.mark.slow)])
def test_a_unit_whose_worker_dies_is_done_again(phase, tmp_path, monkeypatch, expected):
    monkeypatch.setenv("CORPUSMILL_FAULT_POINT", f"dedup.{phase}@{tmp_path / 'died'}")
    assert deduplicated(tmp_path / "ws", None) == expected
    assert (tmp_path / "died").exists(), "no worker came by"


@pytest.mark.parametrize("phase", ["sketches", "near"])
@pytest.mark.slow
def test_a_node_that_dies_in_mid_phase_costs_nothing(phase, head, tmp_path, expected):
    second = node(head)
    joined(head, 2)
    with on_cluster(tmp_path, head) as run:
        until_in(phase, tmp_path, run)
        kill(second)
        _, told = run.communicate(timeout=300)
    assert run.returncode == 0, told
    assert tables(tmp_path) == expected


def test_a_driver_that_dies_in_mid_phase_goes_on(head, tmp_path, expected):
    with on_cluster(tmp_path, head) as run:
        until_in("sketches", tmp_path, run)
        run.send_signal(signal.SIGKILL)
        run.communicate()
    done = {p: p.stat().st_mtime_ns for p in (tmp_path / "dedup").rglob("*.json")}
    assert deduplicated(tmp_path, None) == expected
    assert {p: p.stat().st_mtime_ns for p in done} == done


def on_cluster(root: Path, address: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ON_CLUSTER, str(root), address]
    environment = {**os.environ, **NO_TOKENS, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def until_in(phase: str, root: Path, run: subprocess.Popen[str]) -> None:
    """Wait for the first unit of a phase to be done."""
    while not list((root / "dedup" / "x" / phase).glob("*.json")):
        assert run.poll() is None, run.stderr and run.stderr.read()
        time.sleep(0.02)


def tables(root: Path) -> list[bytes]:
    """The tables of duplicates that lie in a workspace, by shard."""
    return [path.read_bytes() for path in sorted((root / "duplicates").rglob("*.parquet"))]
