"""Machines have no room for temporary files any more."""

import pytest

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


def test_a_disk_that_is_full_on_one_machine(lab):
    with lab.trial("one disk full", "no room for temporary files on one of two raylets, from the start on") as run:
        lab.machines.fill_disks(1)
        run.start()
        assert run.wait() == 0, run.said
    assert run.runs == 1
    avoided = [line for line in run.events() if '"machine.avoided"' in line]
    assert avoided
    assert all("No space left on device" in line for line in avoided)
