"""What tests of whole runs share: excerpts, one Ray session, one undisturbed run to compare with."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpusmill.cluster import lifecycle
from corpusmill.pipeline.cli.main import main
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run_units import quiet
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import Summary, run_job
from tests.pipeline.jobs import demo_job, excerpts, write_job


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small real inputs."""
    return excerpts(tmp_path_factory.mktemp("inputs"))


@pytest.fixture(scope="session")
def ray_session() -> Iterator[int]:
    """One Ray of two CPUs for all tests that run jobs in this process; its workers know the test store's keys."""
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION="us-east-1")
    with lifecycle.session(address=None, workers=2) as cpus:
        quiet()
        yield cpus


@pytest.fixture(scope="session")
def undisturbed(inputs: Path, ray_session: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run that nothing happened to: `job.yaml`, `work/`, `out/`."""
    folder = tmp_path_factory.mktemp("undisturbed")
    run_file(write_job(folder, inputs))
    return folder


@pytest.fixture(scope="session")
def demo(ray_session: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the demo ran, undisturbed: `demo.yaml`, `data/`, `work/`, `out/`."""
    folder = tmp_path_factory.mktemp("demo")
    run_file(demo_job(folder))
    return folder


def run_file(job: Path, *, update: bool = False, overrides: tuple[str, ...] = ()) -> Summary:
    """Run a job file in this process, quietly."""
    return run_job(load(job, overrides=overrides), Options(update=update), Display(quiet=True))


def say(*arguments: object, code: int = 0) -> str:
    """What the command prints; it must end with `code`."""
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output
