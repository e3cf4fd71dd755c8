"""Settings every test shares."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from corpusmill.pipeline.kernels import cache as kernel_cache

kernel_cache.choose()  # before any test imports a kernel

settings.register_profile("repo", deadline=None, derandomize=True)
settings.load_profile("repo")

CORPORA = Path(os.environ.get("CORPUSMILL_CORPORA") or Path(__file__).resolve().parents[2] / "shared" / "data")


class ByFile(LoadScopeScheduling):
    """Where tests run in several processes, those of a file run in one; so do those that would disturb each other.

    A kernel that two processes need at once is compiled by both, and half of all compiling goes into those of
    extraction. Ray clusters of several nodes listen on one port.
    """

    def _split_scope(self, nodeid: str) -> str:
        if "test_cluster.py" in nodeid or "test_dedup_faults.py" in nodeid:
            return "several nodes"
        return "extraction" if "extract" in nodeid or "main_text" in nodeid else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real corpora with gold labels, which lies beside a developer's checkout and not in it."""
    if not CORPORA.is_dir():
        pytest.skip(f"the real corpora are not on this machine ({CORPORA})")
    return CORPORA
