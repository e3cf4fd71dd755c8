"""Settings every test shares."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline import kernel_cache

kernel_cache.choose()  # before any test imports a kernel

settings.register_profile("repo", deadline=None, derandomize=True)
settings.load_profile("repo")

CORPORA = Path(os.environ.get("CORPUSMILL_CORPORA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, those of a file run in one, and all that extract pages in one, too.

    Half of the time of compiling all kernels goes into those of extraction, which no two processes need do.
    """
    for item in items:
        extracts = "extract" in item.nodeid or "main_text" in item.nodeid
        item.add_marker(pytest.mark.xdist_group("extraction" if extracts else item.nodeid.split("::")[0]))


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real corpora with gold labels, which lies beside a developer's checkout and not in it."""
    if not CORPORA.is_dir():
        pytest.skip(f"the real corpora are not on this machine ({CORPORA})")
    return CORPORA
