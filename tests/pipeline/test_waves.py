"""Units in many small waves, one of which always kills its worker: it alone is lost, and told."""

import os
import signal

import pytest

from pipeline.stages import units
from pipeline.stages.units import Done, Failed, run_units

pytestmark = pytest.mark.ray


def deadly(unit):
    """Ends the process of its worker on one unit; fails on another; else doubles."""
    if unit["n"] == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if unit["n"] == 9:
        raise ValueError("nine is not wanted")
    return {"twice": 2 * unit["n"]}


def test_a_unit_that_kills_its_worker_costs_the_others_of_its_wave_nothing(ray_session, monkeypatch):
    monkeypatch.setattr(units, "WAVE_UNITS", 4)
    monkeypatch.setattr(units, "TRIES", 1)
    monkeypatch.setattr(units, "WORKER_DEATHS", 0)
    waves: list[int] = []
    execute = units._execute

    def watched(rows, run, memory_bytes):
        waves.append(len(rows))
        return execute(rows, run, memory_bytes)

    monkeypatch.setattr(units, "_execute", watched)
    outcomes = list(run_units([{"n": n} for n in range(11)], deadly))
    done = {o.unit["n"]: o.counts["twice"] for o in outcomes if isinstance(o, Done)}
    failed = {o.unit["n"]: o.error for o in outcomes if isinstance(o, Failed)}
    assert done == {n: 2 * n for n in range(11) if n not in (5, 9)}
    assert sorted(failed) == [5, 9]
    assert failed[5].startswith("its worker died")
    assert failed[9] == "ValueError: nine is not wanted"
    assert max(waves) == 4, "no wave holds more"
    assert len(waves) > 3, "the wave of the deadly unit was cut in halves"
