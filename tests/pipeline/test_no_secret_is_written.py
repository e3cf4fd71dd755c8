"""Keys of a store are found by name and nowhere by value: looked for in all that a real run on S3 leaves and shows."""

import os
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest
import yaml

from corpusmill.cluster.jobs import connect
from tests.pipeline.jobs import corpusmill, excerpts, job_text
from tests.pipeline.test_cluster import NO_TOKENS, kill, ray, until

pytestmark = [pytest.mark.ray, pytest.mark.slow]

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAQ7XZP4VN2MWE5RTB",
    "AWS_SECRET_ACCESS_KEY": "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",
}
PORT, DASHBOARD = 6393, 8293


class ProcessList:
    """What `ps` shows of every process, as long as the `with` lasts."""

    def __init__(self) -> None:
        self.lines: set[str] = set()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            for process in psutil.process_iter(["cmdline", "name"]):
                self.lines.add(" ".join([process.info["name"] or "", *(process.info["cmdline"] or ())]))

    def __enter__(self) -> "ProcessList":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture
def head(s3: str) -> Iterator[tuple[str, Path]]:
    """The address of a job server whose machine has the keys in its environment, and the folder of its session."""
    ports = ("--port", str(PORT), "--dashboard-port", str(DASHBOARD), "--dashboard-agent-listen-port", "52393")
    process = ray(
        "--head", *ports, "--include-dashboard", "true", cpus=2, env={**KEYS, "AWS_DEFAULT_REGION": "us-east-1"}
    )
    address = f"http://127.0.0.1:{DASHBOARD}"
    try:
        until(lambda: urllib.request.urlopen(f"{address}/api/version", timeout=1).status == 200)
        (session,) = Path("/tmp/ray").glob(f"session_*_{process.pid}")
        yield address, session
    finally:
        kill(process)


def job_on_s3(folder: Path, s3: str) -> Path:
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1", **credentials())
    for file in excerpts(folder / "in").iterdir():
        client.put_object(Bucket="test", Key=f"secret/in/{file.name}", Body=file.read_bytes())
    place = "s3://test/secret"
    job = yaml.safe_load(job_text(f"{place}/in", f"{place}/work", f"{place}/out"))
    for each in (job, *job["inputs"]):
        each["storage"] = {"endpoint_url": s3}
    (folder / "job.yaml").write_text(yaml.safe_dump(job))
    return folder / "job.yaml"


def credentials() -> dict[str, str]:
    return {name.lower(): value for name, value in KEYS.items()}


def test_no_key_is_in_packages_metadata_process_lists_logs_or_files(head, s3, tmp_path, monkeypatch):
    address, session = head
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RAY_AUTH_MODE", NO_TOKENS["RAY_AUTH_MODE"])
    job = job_on_s3(tmp_path, s3)
    with ProcessList() as seen:
        done = corpusmill(
            "submit", "--address", address, str(job), env={"AWS_DEFAULT_REGION": "us-east-1"}, timeout=600
        )
    assert done.returncode == 0, done.stdout + done.stderr
    client = connect(address)
    submitted = client.list_jobs()
    shown = {
        "output": done.stdout + done.stderr,
        "metadata": repr(submitted),
        "process list": "\n".join(seen.lines),
        "job log": client.get_job_logs(submitted[0].submission_id or ""),
        "status": corpusmill("status", str(job), env={"AWS_DEFAULT_REGION": "us-east-1"}).stdout,
    }
    time.sleep(1)  # Ray writes its logs a moment later
    files = {str(path): path.read_bytes() for path in session.rglob("*") if path.is_file() and not path.is_symlink()}
    assert any("working_dir_files" in name and name.endswith("job.json") for name in files), "the code that was sent"
    assert any("/logs/" in name for name in files)
    store = boto3.client("s3", endpoint_url=s3, region_name="us-east-1", **credentials())
    for page in store.get_paginator("list_objects_v2").paginate(Bucket="test", Prefix="secret/"):
        for each in page["Contents"]:
            files[each["Key"]] = store.get_object(Bucket="test", Key=each["Key"])["Body"].read()
    assert any("/work/events/" in name for name in files)
    assert any(name.endswith("report.html") for name in files)
    found = [what for what, text in shown.items() for value in KEYS.values() if value in text]
    found += [name for name, content in files.items() for value in KEYS.values() if value.encode() in content]
    assert found == []
    assert "corpusmill" in shown["process list"]
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == KEYS["AWS_SECRET_ACCESS_KEY"], "the run had the keys"
