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
