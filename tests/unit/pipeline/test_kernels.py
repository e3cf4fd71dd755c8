"""Kernels are compiled by one process of a machine while the others wait, and said to be only when they are."""

import subprocess
import sys
from pathlib import Path

import pytest

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.execution import run_stage as stage
from corpusmill.pipeline.execution.outcomes import Done
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run import Run
from corpusmill.pipeline.kernels import cache as kernel_cache
from corpusmill.pipeline.kernels import compile as kernels
from tests.pipeline.jobs import ROOT, job_text

WORKER = """
import sys, time
from pathlib import Path
from corpusmill.pipeline.kernels import compile as kernels

log = Path(sys.argv[1])

def warm():
    with log.open("a") as out:
        out.write("begins\\n")
    time.sleep(1.0)
    with log.open("a") as out:
        out.write("ends\\n")

kernels.once("a use", warm)
with log.open("a") as out:
    out.write("goes on\\n")
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing is compiled yet."""
    folder = tmp_path / "kernels"
    folder.mkdir()
    monkeypatch.setenv(kernel_cache.FOLDER, str(folder))
    kernels.stamp_of.cache_clear()
    yield folder
    kernels.stamp_of.cache_clear()


@pytest.mark.thorough
@pytest.mark.usefixtures("cache")
def test_of_two_processes_one_compiles_and_the_other_waits(tmp_path):
    log = tmp_path / "log"
    command = [sys.executable, "-c", WORKER, str(log)]
    both = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert log.read_text().splitlines() == ["begins", "ends", "goes on", "goes on"]


@pytest.mark.usefixtures("cache")
def test_a_warm_up_that_failed_is_done_again():
    with pytest.raises(ZeroDivisionError):
        kernels.once("a use", lambda: 1 // 0)
    done: list[str] = []
    kernels.once("a use", lambda: done.append("warm"))
    kernels.once("a use", lambda: done.append("again"))
    assert done == ["warm"]


@pytest.mark.usefixtures("cache")
def test_nobody_waits_for_kernels_that_came_along(monkeypatch):
    monkeypatch.setattr(kernels.shipped, "are_all", lambda _: True)
    kernels.once("a use", lambda: pytest.fail("warmed up"))
    assert not kernels.stamp_of("a use").exists()


@pytest.mark.usefixtures("cache")
def test_compiling_is_announced_until_it_is_done():
    told: list[str] = []
    kernels.announce(["a use"], told.append)
    assert len(told) == 1
    assert "loading the kernels of these steps" in told[0]
    kernels.once("a use", lambda: None)
    kernels.announce(["a use"], told.append)
    kernels.announce([], told.append)
    assert len(told) == 1
    kernels.announce(["a use", "another"], told.append)
    assert len(told) == 2


@pytest.mark.usefixtures("cache")
def test_a_stage_announces_them_after_ray_is_there_and_only_for_units_that_are_missing(tmp_path, monkeypatch):
    said: list[str] = []

    class Says:
        def line(self, text: str) -> None:
            said.append(text)

        stage = Display(quiet=True).stage

    store = Store(str(tmp_path / "work"))
    run = Run(
        spec=parse(job_text(str(tmp_path), str(tmp_path / "work"), str(tmp_path / "out"))),
        workspace=store,
        output=store,
        lease=lease.take(store),
        display=Says(),  # pyright: ignore[reportArgumentType]
        ray=lambda: said.append("ray") or 1,
    )
    asked: list[str] = []

    def use(unit):
        asked.append(unit["name"])
        return "a use"

    def here(units, task, **_):
        for unit in units:
            stage.commit_unit(store, "ingest", unit["name"], {"tally": {}})
            yield Done(unit, {"tally": {}})

    monkeypatch.setattr(stage, "run_units", here)
    units = [{"name": "one"}, {"name": "two"}]
    stage.run_stage(run, "ingest", units[:1], lambda _: {}, uses=use)
    assert said[0] == "ray"
    assert "loading the kernels of these steps" in said[1]
    stage.run_stage(run, "ingest", units, lambda _: {}, uses=use)
    assert asked == ["one", "two"]
    said.clear()
    stage.run_stage(run, "ingest", units, lambda _: {}, uses=use)
    assert said == []
