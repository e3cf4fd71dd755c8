"""The temporary folder of the machines that work is full."""

import pytest

from tests.faults.cluster.machines import with_small_disk

pytestmark = [pytest.mark.ray, pytest.mark.slow]

SMALL_BYTES = 64 << 10


def test_disks_that_are_full(lab, tmp_path):
    small = tmp_path / "temp"
    small.mkdir()
    before = with_small_disk(str(small), SMALL_BYTES)
    with lab.trial(
        "disk full", f"temporary folders of all raylets hold {SMALL_BYTES >> 10} kB; then others join"
    ) as run:
        lab.machines.replace_raylets({"TMPDIR": str(small)}, *before)
        run.start()
        assert run.wait() == 3, run.said
        assert "No space left on device" in run.said
        assert run.said.rstrip().count("Traceback") <= 1
        lab.machines.replace_raylets({})
    assert run.runs == 2
