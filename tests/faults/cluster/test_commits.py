"""SIGKILL at three points of the commit: of a unit, of a stage, of the dataset."""

import signal

import pytest

pytestmark = [pytest.mark.ray, pytest.mark.slow]


def test_a_worker_before_the_write_that_commits_its_unit(lab):
    injected = "SIGKILL to the worker: all is computed, its one write to the store has not begun"
    with lab.trial("killed before a unit is committed", injected) as run:
        lab.died.unlink()
        run.start()
        run.wait()
        assert lab.died.exists(), "no worker came by"
    assert run.runs == 1, run.said


@pytest.mark.parametrize(
    ("fault", "point", "injected"),
    [
        ("killed before a stage is committed", "ingest.manifest", "all units of ingest are done"),
        ("killed before the dataset is", "publish.manifest", "all parts are written"),
    ],
)
def test_the_driver_before_a_manifest(lab, fault, point, injected):
    with lab.trial(fault, f"SIGKILL to the driver: {injected}, the manifest that names them is not") as run:
        run.start({"CORPUSMILL_FAULT_POINT": point})
        assert run.wait() == -signal.SIGKILL, run.said
        assert "_manifest.json" not in run.made()
    assert run.runs == 2
