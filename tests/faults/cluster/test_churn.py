"""Machines come and go all the time, as spot instances do."""

import time

import pytest

from tests.pipeline.test_cluster import kill

pytestmark = [pytest.mark.ray, pytest.mark.slow]

LASTS_S, EVERY_S = 120.0, 20.0


def test_a_raylet_dies_every_twenty_seconds_while_others_join(lab):
    began, killed, runs = time.monotonic(), list[float](), 0
    while time.monotonic() - began < LASTS_S:
        runs += 1
        fault = "raylets come and go" + (f", run {runs}" if runs > 1 else "")
        injected = f"every {EVERY_S:.0f} s a raylet is killed and another joins, for two minutes"
        with lab.trial(fault, injected) as run:
            run.start()
            changed = time.monotonic()
            while run.is_running():
                time.sleep(0.5)
                now = time.monotonic()
                if now - changed >= EVERY_S and now - began < LASTS_S:
                    changed = now
                    lab.machines.add()
                    kill(lab.machines.raylets.pop(0))
                    killed.append(now - began)
            run.wait()
        assert run.runs == 1, run.said
    assert len(killed) >= 4, killed
