"""Machines come and go all the time, as spot instances do."""

import threading
import time

import pytest

from tests.pipeline.test_cluster import kill

pytestmark = [pytest.mark.ray, pytest.mark.slow]

LASTS_S, EVERY_S = 120.0, 20.0


def test_a_raylet_dies_every_twenty_seconds_while_others_join(lab):
    began, killed, ended = time.monotonic(), [], threading.Event()

    def churn() -> None:
        while not ended.wait(EVERY_S) and time.monotonic() - began < LASTS_S:
            lab.machines.add()
            kill(lab.machines.raylets.pop(0))
            killed.append(time.monotonic() - began)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        number = 0
        while time.monotonic() - began < LASTS_S:
            number += 1
            fault = "raylets come and go" + (f", run {number}" if number > 1 else "")
            with lab.trial(fault, f"every {EVERY_S:.0f} s one raylet killed, another joins; two minutes") as run:
                run.start()
            assert run.runs == 1
    finally:
        ended.set()
        thread.join()
    assert len(killed) >= 4, killed
