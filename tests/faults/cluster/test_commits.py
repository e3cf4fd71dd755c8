"""SIGKILL at three points of the commit: before a unit's marker, before a stage's manifest, before the dataset's."""

import signal

import pytest

pytestmark = pytest.mark.ray


@pytest.mark.slow
def test_a_worker_between_outputs_and_marker(lab, tmp_path):
    with lab.trial(
        "killed before a unit's marker", "SIGKILL to the worker, outputs are there, the marker is not"
    ) as run:
        lab.machines.replace_raylets({"CORPUSMILL_FAULT_POINT": f"ingest.commit@{tmp_path / 'died'}"})
        run.start()
        run.wait()
        lab.machines.replace_raylets({})
    assert (tmp_path / "died").exists(), "no worker came by"
    assert run.runs == 1, run.said


@pytest.mark.parametrize(
    ("fault", "point"),
    [
        pytest.param("killed before a stage's manifest", "ingest.manifest", marks=pytest.mark.slow),
        ("killed before the dataset's manifest", "publish.manifest"),
    ],
)
def test_the_driver_before_a_manifest(lab, fault, point):
    with lab.trial(fault, "SIGKILL to the driver, all it names is there") as run:
        run.start({"CORPUSMILL_FAULT_POINT": point})
        assert run.wait() == -signal.SIGKILL, run.said
        assert "_manifest.json" not in run.made()
    assert run.runs == 2
