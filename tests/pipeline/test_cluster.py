"""On a Ray cluster of several nodes: joined, losing one in mid-run, refused when nodes do not share the workspace."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from corpusmill.pipeline.deploy import kubernetes
from tests.pipeline.jobs import ROOT, corpusmill, demo_job, made, write_job

pytestmark = pytest.mark.ray

RAY = str(Path(sys.executable).parent / "ray")
PORT = 6399
NO_TOKENS = {"RAY_AUTH_MODE": "disabled"}  # the same for the cluster and for whoever talks to it


def ray(
    *arguments: str, before: tuple[str, ...] = (), cpus: int = 1, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """`ray start` in a process group of its own. (`ray stop` would stop every Ray on this machine, ours too.)"""
    command = [*before, RAY, "start", *arguments, "--num-cpus", str(cpus), "--block", "--disable-usage-stats"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # a submitted job starts `python`
    environment = {**os.environ, **NO_TOKENS, "PYTHONPATH": str(ROOT), "PATH": path, **(env or {})}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


@pytest.fixture
def head() -> Iterator[str]:
    """The address of a Ray head with one CPU."""
    process = ray("--head", "--port", str(PORT), "--include-dashboard", "false")
    yield f"127.0.0.1:{PORT}"
    kill(process)


def node(address: str, *before: str) -> subprocess.Popen[bytes]:
    """One more node with one CPU; `before` is put before its command."""
    joined(address, 1)
    return ray("--address", address, before=before)


def joined(address: str, nodes: int) -> None:
    """Wait until the cluster has so many nodes."""
    for _ in range(60):
        told = subprocess.run(
            [RAY, "status", "--address", address],
            env={**os.environ, **NO_TOKENS},
            capture_output=True,
            text=True,
            check=False,
        )
        active = told.stdout.split("Pending")[0].count("node_")
        if active >= nodes:
            return
        time.sleep(0.5)
    raise AssertionError(f"the cluster did not come to {nodes} nodes:\n{told.stdout}{told.stderr}")


def works(process: subprocess.Popen[bytes]) -> bool:
    """Whether a node runs a unit just now: Ray names its workers by what they run."""
    started = psutil.Process(process.pid).children(recursive=True)
    with contextlib.suppress(psutil.NoSuchProcess):
        return any(worker.name().startswith("ray::") and "run_one" in " ".join(worker.cmdline()) for worker in started)
    return False


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a node with all it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_node_killed_in_mid_ingest_costs_the_demo_no_row(head, demo, tmp_path):
    second = node(head)
    joined(head, 2)
    job = demo_job(tmp_path)
    command = [sys.executable, "-m", "corpusmill", "run", "--address", head, "--quiet", str(job)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **NO_TOKENS}, stderr=subprocess.PIPE, text=True) as run:
        while not works(second):
            assert run.poll() is None, run.stderr and run.stderr.read()
            time.sleep(0.05)
        kill(second)
        committed = {path.name for path in (tmp_path / "work").rglob("units/ingest/*.json")}
        _, told = run.communicate(timeout=300)
    assert len(committed) < len(list((demo / "work").rglob("units/ingest/*.json"))), "killed after ingest"
    assert run.returncode == 0, told
    assert made(tmp_path / "out") == made(demo / "out")


@pytest.mark.skipif(
    shutil.which("unshare") is None or os.geteuid() != 0, reason="a node with a file system of its own wants root"
)
@pytest.mark.slow
def test_a_workspace_that_a_node_does_not_see_is_refused_before_any_work(head, inputs, tmp_path):
    script = f'mount -t tmpfs none {tmp_path} && exec "$@"'
    second = node(head, "unshare", "--mount", "sh", "-c", script, "sh")
    try:
        joined(head, 2)
        job = write_job(tmp_path, inputs)
        done = corpusmill("run", "--address", head, str(job), env=NO_TOKENS)
        assert done.returncode == 2, done.stderr
        assert "is another place there" in done.stderr
        assert "put workspace and output on storage that every node reaches" in done.stderr
        assert sorted(p.name for p in (tmp_path / "work").iterdir()) == ["events", "lease"]
    finally:
        kill(second)


def test_no_cluster_there_is_reported_with_what_to_check(inputs, tmp_path):
    job = write_job(tmp_path, inputs)
    done = corpusmill("run", "--address", "127.0.0.1:6", str(job), timeout=30)
    assert done.returncode == 3
    assert "is a Ray head running there" in done.stderr
    assert sorted(p.name for p in (tmp_path / "work").iterdir()) == ["events", "lease"]


def test_submitted_through_the_job_server_it_makes_the_same(inputs, undisturbed, tmp_path):
    dashboard = 8299
    ports = ("--port", "6398", "--dashboard-port", str(dashboard), "--dashboard-agent-listen-port", "52399")
    head = ray("--head", *ports, "--include-dashboard", "true")
    try:
        address = f"http://127.0.0.1:{dashboard}"
        until(lambda: urllib.request.urlopen(f"{address}/api/version", timeout=1).status == 200)
        job = write_job(tmp_path, inputs)
        first = submitted_by_two_at_once(address, job)
        other = corpusmill("submit", "--update", "--address", address, str(job), env=NO_TOKENS)
        assert other.returncode == 4, "another job in the same workspace"
        assert f"{first} (run of small) works in" in other.stderr
        done = corpusmill("submit", "--address", address, str(job), env=NO_TOKENS)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{first} runs already: attached to it" in done.stdout
        assert "nothing to do" not in done.stdout
        assert made(tmp_path / "out") == made(undisturbed / "out")
        listed = corpusmill("list", "--json", "--address", address, env=NO_TOKENS)
        assert [(each["id"], each["state"]) for each in json.loads(listed.stdout)] == [(first, "SUCCEEDED")]
        stopped = corpusmill("stop", "--address", address, "small", env=NO_TOKENS)
        assert stopped.stdout == f"{first}: was not running (succeeded)\n"
        assert_entrypoint_runs_as_written(address, job)
    finally:
        kill(head)


def submitted_by_two_at_once(address: str, job: Path) -> str:
    """The id of the job, which both get: one has sent it, the other is attached to it."""

    def send(_: int) -> subprocess.CompletedProcess[str]:
        return corpusmill("submit", "--detach", "--json", "--address", address, str(job), env=NO_TOKENS)

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(send, range(2)))
    assert [each.returncode for each in sent] == [0, 0], [each.stdout + each.stderr for each in sent]
    facts = [json.loads(each.stdout) for each in sent]
    assert sorted(each["attached"] for each in facts) == [False, True]
    assert facts[0]["id"] == facts[1]["id"]
    return facts[0]["id"]


def assert_entrypoint_runs_as_written(address: str, job: Path) -> None:
    """The command of the Kubernetes manifests, given to the job server word by word, as KubeRay does."""
    words = [sys.executable, "-m", "ray.scripts.scripts", "job", "submit", "--address", address]
    words += ["--runtime-env-json", json.dumps({"env_vars": {"CORPUSMILL_JOB": str(job)}}), "--"]
    done = subprocess.run(
        [*words, *shlex.split(kubernetes.entrypoint(kubernetes.SentFiles(job="small", text=""), None))],
        env={**os.environ, **NO_TOKENS},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "small: up to date" in done.stdout


def until(holds: Callable[[], bool], *, timeout_s: float = 90) -> None:
    """Wait until something that may raise OSError before is true."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if holds():
                return
        time.sleep(0.5)
    raise AssertionError(f"not true within {timeout_s:.0f} s")
