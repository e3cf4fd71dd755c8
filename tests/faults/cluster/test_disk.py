"""Machines have no room for temporary files any more."""

import pytest

from tests.faults.cluster.lab import RUN_S, Lab
from tests.faults.cluster.machines import Node, workers_at_work
from tests.pipeline.test_cluster import until

pytestmark = [pytest.mark.ray, pytest.mark.slow]


def test_disks_that_fill_up(lab):
    with lab.trial("disks full", "no room for temporary files on any raylet, after a unit; then room again") as run:
        run.start()
        run.until_units()
        lab.machines.fill_disks()
        assert run.wait() == 3, run.said
        assert "No space left on device" in run.said
        assert run.committed() >= 1
    assert run.runs == 2


def at_work(lab: Lab) -> list[Node]:
    """The raylets that run a unit just now."""
    return [node for node in lab.machines.raylets if workers_at_work(node)]


def test_a_disk_that_is_full_on_one_machine(lab):
    with lab.trial("one disk full", "no room for temporary files on one of two raylets, while it runs a unit") as run:
        run.start()
        run.until_units(4)  # a worker that meets a full disk at its start takes /tmp in its place, as Python does
        busy: list[Node] = []
        until(lambda: bool(busy.extend(at_work(lab)) or busy), timeout_s=RUN_S)
        lab.machines.fill_disks(busy[0])
        assert run.wait() == 0, run.said
    assert run.runs == 1
    avoided = [line for line in run.events() if '"machine.avoided"' in line]
    assert avoided
    assert all("No space left on device" in line for line in avoided)
