"""Settings every test shares."""

import contextlib
import gc
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import s3fs
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from corpusmill.pipeline.kernels import cache as kernel_cache

kernel_cache.choose()  # before any test imports a kernel

settings.register_profile("repo", deadline=None, derandomize=True)
settings.load_profile("repo")

CORPORA = Path(os.environ.get("CORPUSMILL_CORPORA") or Path(__file__).resolve().parents[2] / "shared" / "data")

SEVERAL_NODES = ("test_cluster.py", "test_dedup_faults.py", "test_kernels_travel.py", "faults/cluster/")


class ByFile(LoadScopeScheduling):
    """Where tests run in several processes, those of a file run in one; so do those that would disturb each other.

    A kernel that two processes need at once is compiled by both, and half of all compiling goes into those of
    extraction. Ray clusters of several nodes listen on one port.
    """

    def _split_scope(self, nodeid: str) -> str:
        if any(part in nodeid for part in SEVERAL_NODES):
            return "several nodes"
        return "extraction" if "extract" in nodeid or "main_text" in nodeid else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Modules that hold no tests are collected for their examples; the many that have none are not imported for it."""
    if collection_path.suffix != ".py" or collection_path.name.startswith(("test_", "conftest")):
        return None
    return True if ">>> " not in collection_path.read_text(encoding="utf-8") else None


def pytest_collection_finish() -> None:
    """Leave what collecting made, which lives to the end, out of every later search for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real corpora with gold labels, which lies beside a developer's checkout and not in it."""
    if not CORPORA.is_dir():
        pytest.skip(f"the real corpora are not on this machine ({CORPORA})")
    return CORPORA


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 store over HTTP, with one empty bucket called `test`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("s3") / "log").open("wb")
    server = [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with log, subprocess.Popen(server, stdout=log, stderr=log) as process:
        address = f"http://127.0.0.1:{port}"
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1):
                break
            time.sleep(0.1)
        s3fs.S3FileSystem(key="testing", secret="testing", endpoint_url=address).mkdir("test")
        yield address
        process.kill()
