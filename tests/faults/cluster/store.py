"""Starts the S3 store of these tests behind the fault proxy, and says what of it goes wrong."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.pipeline.jobs import ROOT

PROXY = Path(os.environ.get("CORPUSMILL_FAULT_PROXY") or ROOT.parent / "shared" / "faultproxy.py")
BUCKET, FIRST_KEY = "test", "firstkey"
OPEN_S = 20


@dataclass(frozen=True)
class FaultyStore:
    """direct, proxied: addresses without and with the proxy, which is null where this machine has none.

    credentials: the file in which every process looks for its key; expired: a folder with a file for each key that is.
    """

    direct: str
    proxied: str | None
    credentials: Path
    expired: Path

    @property
    def address(self) -> str:
        """Where jobs reach the store."""
        return self.proxied or self.direct

    @property
    def environment(self) -> Mapping[str, str]:
        """What processes find the store's keys by."""
        return {"AWS_SHARED_CREDENTIALS_FILE": str(self.credentials), "AWS_DEFAULT_REGION": "us-east-1"}

    def client(self) -> Any:
        """A client that meets no fault."""
        keys = {"aws_access_key_id": "observer", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        return boto3.client("s3", endpoint_url=self.direct, **keys)

    def write_credentials(self, key: str) -> None:
        """Give processes that look for credentials from now on this key."""
        unfinished = self.credentials.with_suffix(".new")
        unfinished.write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {key}-secret\n")
        unfinished.replace(self.credentials)

    def forget_expired(self) -> None:
        """Take every key again, and give the first one to processes that look for credentials."""
        for key in self.expired.iterdir():
            key.unlink()
        self.write_credentials(FIRST_KEY)

    def go_wrong(self, *rules: Mapping[str, Any]) -> None:
        """Let the proxy do this to requests from now on, see ../shared/faultproxy.py; without rules nothing."""
        if self.proxied is None:
            pytest.skip(f"the fault proxy is not on this machine ({PROXY})")
        body = json.dumps([{"times": -1, "match": ".", **rule} for rule in rules]).encode()
        request = urllib.request.Request(f"{self.proxied}/__faults", data=body, method="POST")
        urllib.request.urlopen(request, timeout=OPEN_S).close()


@contextmanager
def faulty_store(folder: Path) -> Iterator[FaultyStore]:
    """A store with one empty bucket, for the length of the `with`."""
    expired = folder / "expired"
    expired.mkdir()
    direct, proxied = _free_port(), _free_port()
    store = FaultyStore(
        direct=f"http://127.0.0.1:{direct}",
        proxied=f"http://127.0.0.1:{proxied}" if PROXY.is_file() else None,
        credentials=folder / "credentials",
        expired=expired,
    )
    store.write_credentials(FIRST_KEY)
    commands = [[sys.executable, "-m", f"{__package__}.expiring_store", str(direct), str(expired)]]
    commands += [[sys.executable, str(PROXY), str(proxied), "127.0.0.1", str(direct)]] if store.proxied else []
    with (folder / "log").open("wb") as log, contextlib.ExitStack() as open_:
        for command in commands:
            process = open_.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))
            open_.callback(process.kill)
        for port in (direct, proxied)[: len(commands)]:
            _until_open(port)
        store.client().create_bucket(Bucket=BUCKET)
        yield store


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _until_open(port: int) -> None:
    deadline = time.monotonic() + OPEN_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens at port {port}")
