"""What tests of whole runs share: excerpts, one Ray session, one undisturbed run to compare with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import lifecycle
from pipeline.config.load import load
from pipeline.progress import Display
from pipeline.runner import Options, Summary, run_job
from pipeline.stages.units import quiet
from tests.pipeline.jobs import excerpts, write_job


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small real inputs."""
    return excerpts(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="session")
def ray_session() -> Iterator[int]:
    """One Ray of two CPUs for all tests that run jobs in this process."""
    with lifecycle.session(address=None, workers=2) as cpus:
        quiet()
        yield cpus


@pytest.fixture(scope="session")
def undisturbed(inputs: Path, ray_session: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run that nothing happened to: `job.yaml`, `work/`, `out/`."""
    folder = tmp_path_factory.mktemp("undisturbed")
    run_file(write_job(folder, inputs))
    return folder


def run_file(job: Path, *, update: bool = False, overrides: tuple[str, ...] = ()) -> Summary:
    """Run a job file in this process, quietly."""
    return run_job(load(job, overrides=overrides), Options(update=update), Display(quiet=True))
