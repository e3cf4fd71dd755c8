"""A worker, a raylet, the driver or the head dies in the middle of a run."""

import pytest

from tests.faults.cluster.machines import kill_worker, workers_at_work
from tests.pipeline.test_cluster import kill, until

pytestmark = [pytest.mark.ray, pytest.mark.slow]


def test_a_worker(lab):
    with lab.trial("worker killed", "SIGKILL to a process that runs a unit of ingest") as run:
        run.start()
        run.until_units()
        kill_worker(lab.machines.raylets, run.is_running)
    assert run.runs == 1


def test_a_raylet(lab):
    with lab.trial("raylet killed", "SIGKILL to a raylet that runs a unit, and to its workers") as run:
        run.start()
        run.until_units()
        node = lab.machines.raylets[0]
        until(lambda: bool(workers_at_work(node)))
        kill(node)
    assert run.runs == 1


def test_the_driver(lab):
    with lab.trial("driver killed", "SIGKILL to the process that was started, after two units") as run:
        run.start()
        run.until_units(2)
        run.kill()
        done = run.committed()
    assert run.runs == 2
    assert done >= 2


def test_the_head(lab):
    with lab.trial("head killed", "SIGKILL to the head node, after two units; then a new cluster") as run:
        run.start()
        run.until_units(2)
        kill(lab.machines.head)
        assert run.wait() != 0
        assert "the same command" in run.said
        assert "Traceback" not in run.said
    assert run.runs == 2
