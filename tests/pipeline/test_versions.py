"""Nodes with other versions of what decides outputs do no work: neither those that are there, nor who joins later."""

import importlib.metadata

import pytest

from corpusmill.cluster import reach
from corpusmill.errors import InputError, StageFailed
from corpusmill.pipeline.config.load import load
from corpusmill.pipeline.execution import versions
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.run.options import Options
from corpusmill.pipeline.run.runner import run_job
from tests.pipeline.jobs import write_job

pytestmark = pytest.mark.ray


@pytest.fixture
def driver(ray_session, monkeypatch):
    """This process believes that it has another pyarrow; the workers, which look for themselves, have the real one."""
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "9.9.9" if name == "pyarrow" else real(name))
    versions.installed.cache_clear()
    yield f"it has pyarrow {real('pyarrow')}, expected 9.9.9"
    versions.installed.cache_clear()


def test_each_node_is_queried_and_named(ray_session):
    wanted = {"numpy": "2", "python": "3.11"}
    (told,) = reach.unlike(wanted, lambda: {"numpy": "1", "python": "3.11"})
    assert told.endswith(": it has numpy 1, expected 2")
    (told,) = reach.unlike(wanted, lambda: {"python": "3.11"})
    assert "numpy none" in told
    assert reach.unlike(wanted, lambda: {**wanted, "more": "1"}) == []


def test_a_node_that_cannot_tell_is_not_taken(ray_session):
    def fails():
        raise ImportError("no numpy")

    (told,) = reach.unlike({"numpy": "2"}, fails)
    assert "it did not answer within 60 s or failed" in told


def test_other_versions_on_a_node_are_refused_before_any_work(driver, inputs, tmp_path):
    with pytest.raises(InputError) as refused:
        run_job(load(write_job(tmp_path, inputs)), Options(address="auto"), Display(quiet=True))
    assert driver in str(refused.value)
    assert versions.REMEDY in str(refused.value)
    assert not list((tmp_path / "work").rglob("*.parquet"))


def test_a_node_that_joins_later_does_no_unit(driver, inputs, tmp_path):
    with pytest.raises(StageFailed) as failed:
        run_job(load(write_job(tmp_path, inputs)), Options(), Display(quiet=True))
    assert driver in str(failed.value)
    assert versions.REMEDY in str(failed.value)
    assert not list((tmp_path / "work").rglob("documents/*"))


def test_packages_of_steps_and_readers_are_compared(inputs, tmp_path):
    spec = load(write_job(tmp_path, inputs))
    names = versions.packages(spec)
    assert {"pyarrow", "numpy", "numba", "tokenizers", "fastwarc"} <= {*names}
    assert "none" not in versions.installed(names).values()
