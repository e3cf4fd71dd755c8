"""A session on this machine has the processes of Ray that it needs."""

import os

import psutil
import pytest

pytestmark = pytest.mark.ray


def test_nobody_starts_what_only_a_watched_cluster_needs(ray_session):
    running = [" ".join(p.cmdline()) for p in psutil.Process(os.getpid()).children(recursive=True)]
    assert [one for one in ("gcs_server", "raylet") if not any(one in line for line in running)] == []
    assert [line for line in running for one in ("dashboard.py", "monitor.py") if one in line] == []
