"""The warm-up of dedup compiles all that dedup will need, whatever its way of verifying."""

import subprocess
import sys

import pytest

from tests.pipeline.jobs import ROOT


@pytest.mark.thorough
@pytest.mark.parametrize("verify", ["text", "estimate", "none"])
def test_after_its_warm_up_dedup_compiles_no_kernel(verify):
    command = [sys.executable, "-m", "tests.dedup.compiled", verify]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == []
