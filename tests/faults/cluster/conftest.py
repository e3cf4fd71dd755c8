"""What the tests of faults share: one store, one Ray of three raylets, one undisturbed run; the table at the end."""

import os
from collections.abc import Iterator

import pytest

from tests.faults.cluster.lab import Lab
from tests.faults.cluster.machines import machines
from tests.faults.cluster.store import faulty_store

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Everything a fault needs. The table is in build/faults.md after each of them."""
    folder = tmp_path_factory.mktemp("faults")
    keys = {name: os.environ.pop(name) for name in KEYS if name in os.environ}  # they would hide the credentials file
    try:
        (folder / "disk").mkdir()
        died = folder / "died"  # while it is there, no worker dies
        died.touch()
        environment = {"CORPUSMILL_FAULT_POINT": f"ingest.commit@{died}"}
        with faulty_store(folder) as store, machines({**store.environment, **environment}, folder / "disk") as ray:
            made = Lab(folder, store, ray, died)
            made.prepare()
            yield made
    finally:
        os.environ.update(keys)
