"""A crash costs time, never rows: killed at named places or at random moments, run again, the bytes are the same."""

import functools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.pipeline.jobs import ROOT, corpusmill, corpusmill_here, made, write_job

pytestmark = pytest.mark.ray

# Where the driver commits what a stage, or a phase of deduplication, did; in their order.
DRIVER = (
    "inventory.manifest",
    "ingest.manifest",
    "dedup.url",
    "dedup.buckets",
    "dedup.components",
    "dedup.sketches",
    "dedup.near",
    "dedup.tables",
    "dedup.manifest",
    "tokenize.manifest",
    "mix.manifest",
    "select.commit",
    "select.manifest",
    "pack.manifest",
    "publish.manifest",
)
WORKER = ("ingest.commit", "tokenize.commit", "pack.commit")
IN_EVERY_RUN = ("ingest.manifest", "publish.manifest")


def finish(job: Path) -> None:
    """The same command once more; what there was of the first is in the workspace alone."""
    done = corpusmill_here("run", "--quiet", str(job))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "place", [pytest.param(p, marks=() if p in IN_EVERY_RUN else pytest.mark.slow) for p in DRIVER]
)
def test_killed_while_committing_a_stage(place, inputs, undisturbed, tmp_path):
    job = write_job(tmp_path, inputs)
    killed = corpusmill("run", "--quiet", str(job), env={"CORPUSMILL_FAULT_POINT": place})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (tmp_path / "out" / "_manifest.json").exists()
    finish(job)
    assert made(tmp_path / "out") == made(undisturbed / "out")


def test_killed_once_it_is_published_the_next_run_says_what_it_rests_on(inputs, undisturbed, tmp_path):
    """Or `takedown` would find nothing to take down, and `clean` would delete what the dataset was made from."""
    job = write_job(tmp_path, inputs)
    killed = corpusmill("run", "--quiet", str(job), env={"CORPUSMILL_FAULT_POINT": "run.remember"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert made(tmp_path / "out") == made(undisturbed / "out")
    finish(job)
    rests, job_then = (json.loads((tmp_path / "work" / name).read_text()) for name in ("_live.json", "_job.json"))
    assert rests == json.loads((undisturbed / "work" / "_live.json").read_text())
    assert job_then["output"] == str(tmp_path / "out")


@pytest.mark.parametrize("place", [pytest.param(p, marks=() if p == WORKER[0] else pytest.mark.slow) for p in WORKER])
def test_a_worker_killed_in_mid_unit(place, inputs, undisturbed, tmp_path):
    job = write_job(tmp_path, inputs)
    done = corpusmill("run", "--quiet", str(job), env={"CORPUSMILL_FAULT_POINT": f"{place}@{tmp_path / 'died'}"})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "died").exists(), "no worker came by"
    assert made(tmp_path / "out") == made(undisturbed / "out")


@pytest.fixture(scope="module")
def whole_run_s(inputs, tmp_path_factory) -> float:
    """How long the job takes from the command to its end, undisturbed, on this machine as it is now."""
    started = time.monotonic()
    done = corpusmill("run", "--quiet", str(write_job(tmp_path_factory.mktemp("timed"), inputs)))
    assert done.returncode == 0, done.stderr
    return time.monotonic() - started


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_a_random_moment(seed, inputs, undisturbed, whole_run_s, tmp_path):
    job = write_job(tmp_path, inputs)
    command = [sys.executable, "-m", "corpusmill", "run", "--quiet", str(job)]
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), start_new_session=True) as process:
        time.sleep(random.Random(seed).uniform(0.1, 0.8) * whole_run_s)
        assert process.poll() is None, "it had ended before it could be killed"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "out" / "_manifest.json").exists()
    finish(job)
    assert made(tmp_path / "out") == made(undisturbed / "out")


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_a_signal_stops_it_and_it_says_how_to_go_on(sent, code, inputs, undisturbed, tmp_path):
    job = write_job(tmp_path, inputs)
    command = [sys.executable, "-m", "corpusmill", "run", str(job)]
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # what runs in the background ignores it
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, preexec_fn=heard, **pipes) as process:
        while not list((tmp_path / "work").rglob("units/ingest/*.json")):
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.1)
        process.send_signal(sent)
        _, told = process.communicate(timeout=60)
    assert process.returncode == code, told
    assert "the same command goes on from there" in told
    assert "Traceback" not in told
    assert "SIGTERM received" not in told
    finish(job)
    assert made(tmp_path / "out") == made(undisturbed / "out")
