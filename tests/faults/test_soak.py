"""Small jobs back to back in one process tree: memory, open files, temporary files and uploads do not grow.

`make soak MINUTES=30`; by itself the test takes CORPUSMILL_SOAK_MINUTES, or three. What Ray alone gains by each task is
allowed for (decision 108).
"""

import ctypes
import gc
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import boto3
import psutil
import pytest
import yaml

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.execution.run_units import quiet
from tests.pipeline.conftest import run_file
from tests.pipeline.jobs import made

pytestmark = [pytest.mark.ray, pytest.mark.slow, pytest.mark.timeout(7200)]

MINUTES = float(os.environ.get("CORPUSMILL_SOAK_MINUTES") or 3)
WARM_ROUNDS = 4  # until every kernel is loaded and each worker has run each stage
LEAST_ROUNDS = 9
# What the last third of the rounds may have more than the first third: a share and a constant. Memory that the C
# library cannot return, because something lives beside it, comes to some MB and then no more.
MORE_SHARE, MORE_MB, MORE_OPEN = 0.01, 5.0, 3
# And what Ray 2.60 alone gains by each task, which a local run hands it units as: 16,000 tasks of a function that gives
# a small dictionary cost the driver 6.2 MB, a worker 2.1 and Ray's processes 63.5, without this project.
RAY_GAINS_MB = {"driver_mb": 0.0004, "workers_mb": 0.00013, "daemons_mb": 0.0040}
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True)
class Held:
    """What processes hold after a round. _mb: resident memory, of this process without what is free; _open: file
    descriptors; workers_: the largest of them; daemons_: Ray's own, together; tasks: that Ray ran, so far.
    """

    driver_mb: float
    workers_mb: float
    daemons_mb: float
    driver_open: int
    workers_open: int
    daemons_open: int
    threads: int
    temporary_files: int
    uploads: int
    tasks: int = 0


def give_back() -> None:
    """Hand free memory back to the system: what the C library holds of it for later is no growth."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # another library than glibc goes its own way
    if trim is not None:
        trim(0)


def held(temporary: Path, client, tasks: int) -> Held:
    give_back()
    driver = psutil.Process()
    children = driver.children(recursive=True)
    workers = [p for p in children if p.name().startswith("ray::")]
    daemons = [p for p in children if p.name() in ("raylet", "gcs_server")]
    return Held(
        driver_mb=driver.memory_info().rss / 1e6,
        workers_mb=max((p.memory_info().rss / 1e6 for p in workers), default=0.0),
        daemons_mb=sum(p.memory_info().rss / 1e6 for p in daemons),
        driver_open=driver.num_fds(),
        workers_open=max((p.num_fds() for p in workers), default=0),
        daemons_open=sum(p.num_fds() for p in daemons),
        threads=driver.num_threads(),
        temporary_files=sum(1 for path in temporary.rglob("*") if path.is_file()),
        uploads=len(client.list_multipart_uploads(Bucket="test").get("Uploads", ())),
        tasks=tasks,
    )


def growth(rounds: list[Held]) -> dict[str, tuple[float, float]]:
    """What there is more of in the last third of the rounds than in the first: medians of both, by name."""
    third = len(rounds) // 3
    found = {}
    early, late = (
        {field.name: statistics.median(getattr(x, field.name) for x in part) for field in fields(Held)}
        for part in (rounds[:third], rounds[-third:])
    )
    tasks = late.pop("tasks") - early["tasks"]
    for name, now in late.items():
        more = (MORE_MB if name.endswith("_mb") else MORE_OPEN) + tasks * RAY_GAINS_MB.get(name, 0.0)
        most = early[name] if name in ("temporary_files", "uploads") else early[name] * (1 + MORE_SHARE) + more
        if now > most:
            found[name] = (early[name], now)
    return found


def test_growth_is_seen():
    def after(number: int = 0) -> Held:
        return Held(
            driver_mb=500 + 8 * number,
            workers_mb=400,
            daemons_mb=200,
            driver_open=60 + number,
            workers_open=40,
            daemons_open=200,
            threads=30,
            temporary_files=5,
            uploads=number // 8,
            tasks=30 * number,
        )

    assert growth([after()] * 12) == {}
    assert growth([after(number) for number in range(12)]).keys() == {"driver_mb", "driver_open", "uploads"}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The temporary folder of this process and of the workers of the Ray that it starts."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name, value in {**KEYS, "TMPDIR": str(folder), "RAY_TMPDIR": "/tmp"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", None)  # which Python remembers
    with lifecycle.session(address=None, workers=2):
        quiet()
        yield folder


def write_inputs(folder: Path) -> None:
    folder.mkdir()
    for name in ("a", "b"):
        rows = [{"text": f"text {n} of {name}, again and again " * 12, "url": f"http://{name}/{n}"} for n in range(60)]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def job_of(folder: Path, inputs: Path, place: str, storage: dict[str, str]) -> Path:
    folder.mkdir()
    job = {
        "name": "soak",
        "workspace": f"{place}/work",
        "output": f"{place}/out",
        "storage": storage,
        "inputs": [{"source": "a", "paths": [f"{inputs}/*.jsonl"], "language": "en", "domain": "web", "storage": {}}],
        "documents": ["signals.counts"],
        "tokens": {"sequence_tokens": 128},
        "output_shards": 1,
    }
    (folder / "job.yaml").write_text(yaml.safe_dump(job))
    return folder / "job.yaml"


def forget(client) -> None:
    """Delete what a round wrote to the store, which holds it in its memory."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="test", Prefix="soak/")
    for key in [each["Key"] for page in pages for each in page.get("Contents", ())]:
        client.delete_object(Bucket="test", Key=key)


def test_nothing_grows(temporary, s3, tmp_path):
    client = boto3.client("s3", endpoint_url=s3, aws_access_key_id="testing", aws_secret_access_key="testing")
    inputs = tmp_path / "in"
    write_inputs(inputs)
    rounds, expected, tasks = list[Held](), dict[str, str](), 0
    until, number = time.monotonic() + MINUTES * 60, 0
    while time.monotonic() < until or len(rounds) < LEAST_ROUNDS:
        number += 1
        folder = tmp_path / f"{number}"
        if number % 2:
            done = run_file(job_of(folder, inputs, f"s3://test/soak/{number}", {"endpoint_url": s3}))
            forget(client)
        else:
            done = run_file(job_of(folder, inputs, str(folder), {}))
            found = made(folder / "out")
            expected = expected or found
            assert found == expected, f"job {number} made other bytes than those before"
        shutil.rmtree(folder)
        tasks += sum(done.ran.values())
        if number > WARM_ROUNDS:
            rounds.append(held(temporary, client, tasks))
            if len(rounds) % 10 == 1:
                print(f"\n{number:5} {rounds[-1]}", end="", flush=True)
    print(f"\n{number} jobs in {MINUTES:.0f} minutes: {rounds[0]} ... {rounds[-1]}")
    assert growth(rounds) == {}
