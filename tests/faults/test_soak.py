"""Small jobs back to back in one process tree: memory, open files, temporary files and uploads do not grow.

`make soak MINUTES=30`; by itself the test takes CORPUSMILL_SOAK_MINUTES, or three.
"""

import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import boto3
import psutil
import pytest
import yaml

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.execution.run_units import quiet
from tests.pipeline.conftest import run_file, s3
from tests.pipeline.jobs import made

__all__ = ["s3"]  # a fixture
pytestmark = [pytest.mark.ray, pytest.mark.slow, pytest.mark.timeout(7200)]

MINUTES = float(os.environ.get("CORPUSMILL_SOAK_MINUTES") or 3)
WARM_ROUNDS = 3  # until every kernel is loaded and each worker has run each stage
LEAST_ROUNDS = 9
# What the last third of the rounds may have more than the first after these, as a share and on top of it.
MORE_SHARE, MORE_RSS_MB, MORE_OPEN = 0.03, 20.0, 3


@dataclass(frozen=True)
class Look:
    """What this process and its children hold after a round. driver_mb, workers_mb: resident; open: descriptors."""

    driver_mb: float
    workers_mb: float
    driver_open: int
    workers_open: int
    threads: int
    temporary_files: int
    uploads: int


def look(temporary: Path, client) -> Look:
    mine = psutil.Process()
    workers = [p for p in mine.children(recursive=True) if p.name().startswith("ray::")]
    return Look(
        driver_mb=mine.memory_info().rss / 1e6,
        workers_mb=max((p.memory_info().rss / 1e6 for p in workers), default=0.0),
        driver_open=mine.num_fds(),
        workers_open=max((p.num_fds() for p in workers), default=0),
        threads=mine.num_threads(),
        temporary_files=sum(1 for path in temporary.rglob("*") if path.is_file()),
        uploads=len(client.list_multipart_uploads(Bucket="test").get("Uploads", ())),
    )


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The temporary folder of this process and of the workers of the Ray that it has."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**keys, "TMPDIR": str(folder), "RAY_TMPDIR": "/tmp"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", None)  # which Python remembers
    with lifecycle.session(address=None, workers=2):
        quiet()
        yield folder


def job_of(folder: Path, number: int, s3: str) -> Path:
    """A job that reads a few documents on this disk and writes to the store, or to the disk in every other round."""
    folder.mkdir()
    rows = [{"text": f"text {n} of round after round " * 12, "url": f"http://h/{n}"} for n in range(60)]
    for name in ("a", "b"):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    place = f"s3://test/soak/{number}" if number % 2 else str(folder)
    job = {
        "name": "soak",
        "workspace": f"{place}/work",
        "output": f"{place}/out",
        "storage": {"endpoint_url": s3} if number % 2 else {},
        "inputs": [{"source": "a", "paths": [f"{folder}/*.jsonl"], "language": "en", "domain": "web"}],
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


def growth(looks: list[Look]) -> dict[str, tuple[float, float]]:
    """What is more in the last third of the rounds than in the first: medians of both, by name."""
    third = len(looks) // 3
    found = {}
    for place, field in enumerate(fields(Look)):
        early, late = (statistics.median(astuple(x)[place] for x in part) for part in (looks[:third], looks[-third:]))
        most = early * (1 + MORE_SHARE) + (MORE_RSS_MB if field.name.endswith("_mb") else MORE_OPEN)
        if field.name in ("temporary_files", "uploads"):
            most = early
        if late > most:
            found[field.name] = (early, late)
    return found


def test_growth_is_seen():
    steady = Look(500, 400, 60, 40, 30, 5, 0)
    leaks = [Look(500 + 8 * n, 400, 60 + n, 40, 30, 5, n // 8) for n in range(12)]
    assert growth([steady] * 12) == {}
    assert growth(leaks).keys() == {"driver_mb", "driver_open", "uploads"}


def test_nothing_grows(temporary, s3, tmp_path):
    client = boto3.client("s3", endpoint_url=s3, aws_access_key_id="testing", aws_secret_access_key="testing")
    looks, expected = list[Look](), dict[str, str]()
    until, number = time.monotonic() + MINUTES * 60, 0
    while time.monotonic() < until or len(looks) < LEAST_ROUNDS:
        number += 1
        folder = tmp_path / f"{number}"
        run_file(job_of(folder, number, s3))
        if number % 2 == 0:
            found = made(folder / "out")
            expected = expected or found
            assert found.keys() == expected.keys()
        forget(client)
        shutil.rmtree(folder)
        if number > WARM_ROUNDS:
            looks.append(look(temporary, client))
            if len(looks) % 10 == 1:
                print(f"\n{number:5} {looks[-1]}", end="", flush=True)
    print(f"\n{number} jobs in {MINUTES:.0f} minutes: {looks[0]} ... {looks[-1]}")
    assert growth(looks) == {}
