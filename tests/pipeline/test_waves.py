"""Units in waves: one that kills its worker is lost alone, and told; what nobody waits for any more is not run on."""

import os
import signal
import threading
import time
from contextlib import closing

import pytest

from corpusmill.cluster import lifecycle
from corpusmill.errors import AccountingError, UnitsNotRun
from corpusmill.pipeline.execution import run_units as units
from corpusmill.pipeline.execution import wave_rules
from corpusmill.pipeline.execution.outcomes import Done, Failed
from corpusmill.pipeline.execution.run_stage import refuse_loss
from corpusmill.pipeline.execution.run_units import run_units
from corpusmill.pipeline.execution.tally import check

pytestmark = pytest.mark.ray


@pytest.fixture(autouse=True, params=["tasks, on this machine", "Ray Data, on a cluster"])
def halves(request, ray_session, monkeypatch) -> bool:
    """Each test runs units in both ways; whether a wave that a unit ended is cut in halves."""
    on_cluster = request.param.startswith("Ray Data")
    assert lifecycle.is_local()
    monkeypatch.setattr(lifecycle, "is_local", lambda: not on_cluster)
    return on_cluster


def deadly(unit):
    """Ends the process of its worker on one unit; fails on another; else doubles."""
    if unit["n"] == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if unit["n"] == 9:
        raise ValueError("nine is not wanted")
    return {"twice": 2 * unit["n"]}


def test_a_unit_that_kills_its_worker_costs_the_others_of_its_wave_nothing(halves, monkeypatch):
    monkeypatch.setattr(wave_rules, "WAVE_UNITS", 4)
    monkeypatch.setattr(units, "TRIES", 1)
    monkeypatch.setattr(units, "WORKER_DEATHS", 0)
    waves: list[int] = []
    execute = units._execute

    def watched(rows, *rest):
        waves.append(len(rows))
        return execute(rows, *rest)

    monkeypatch.setattr(units, "_execute", watched)
    outcomes = list(run_units([{"n": n} for n in range(11)], deadly))
    done = {o.unit["n"]: o.counts["twice"] for o in outcomes if isinstance(o, Done)}
    failed = {o.unit["n"]: o.error for o in outcomes if isinstance(o, Failed)}
    assert done == {n: 2 * n for n in range(11) if n not in (5, 9)}
    assert sorted(failed) == [5, 9]
    assert failed[5].startswith("its worker died")
    assert failed[9] == "ValueError: nine is not wanted"
    assert max(waves) == 4, "no wave holds more"
    assert (len(waves) > 3) == halves, "where an execution ends with it, the wave of the deadly unit is cut in halves"


def test_a_unit_that_ray_data_says_nothing_of_is_run_again(ray_session, monkeypatch):
    execute, executions = units._execute, []

    def forgetful(rows, *rest):
        executions.append([row["index"] for row in rows])
        return (row for row in execute(rows, *rest) if len(executions) > 1 or row["index"] != 2)

    monkeypatch.setattr(units, "_execute", forgetful)
    outcomes = list(run_units([{"n": n} for n in range(4)], lambda unit: {"twice": 2 * unit["n"]}))
    assert sorted(o.counts["twice"] for o in outcomes if isinstance(o, Done)) == [0, 2, 4, 6]
    assert executions == [[0, 1, 2, 3], [2]]


def test_what_no_unit_is_to_blame_for_ends_the_stage_at_once(ray_session, monkeypatch):
    execute, executions, lock = units._execute, [], threading.Lock()

    def watched(rows, *rest):
        executions.append(len(rows))
        return execute(rows, *rest)

    monkeypatch.setattr(units, "_execute", watched)
    with pytest.raises(UnitsNotRun, match="Ray could not run the units: TypeError"):
        list(run_units([{"n": n} for n in range(8)], lambda unit: {"lock": str(lock)}))
    assert executions == [8]


def test_rows_that_do_not_add_up_are_not_tried_again(ray_session, tmp_path):
    def loses(unit):
        (tmp_path / f"{time.monotonic_ns()}.tried").touch()
        check("a shard", came=2, went={"kept": 1})
        return {}

    (outcome,) = run_units([{"n": 0}], loses)
    assert isinstance(outcome, Failed)
    assert (outcome.lost_rows, outcome.kind) == (True, "AccountingError")
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(AccountingError, match="2 came in, but 1 kept = 1"):
        refuse_loss(Failed({"name": "a"}, outcome.error, outcome.details, outcome.kind, outcome.lost_rows))


def test_what_nobody_waits_for_any_more_is_ended_in_the_cluster_too(ray_session, monkeypatch, tmp_path):
    monkeypatch.setattr(wave_rules, "WAVE_UNITS", 4)

    def slow(unit):
        (tmp_path / f"{unit['n']}.begun").touch()
        time.sleep(0 if unit["n"] == 0 else 1)
        return {}

    with closing(run_units([{"n": n} for n in range(12)], slow)) as outcomes:
        assert isinstance(next(outcomes), Done)
    assert not [t for t in threading.enumerate() if t.name == "wave" or t.name.startswith("StreamingExecutor")]
    begun = len(list(tmp_path.iterdir()))
    time.sleep(1.5)
    handed_over = ray_session  # one for each CPU may have been on its way to a worker
    assert len(list(tmp_path.iterdir())) <= begun + handed_over < 12
