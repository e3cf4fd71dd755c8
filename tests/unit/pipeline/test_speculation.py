"""Large units first; on several machines the last ones are begun again; a store that is away costs no try."""

import threading
from types import SimpleNamespace

import pytest

from corpusmill.cluster import lifecycle
from corpusmill.cluster.patience import allowed
from corpusmill.errors import StoreUnavailable
from corpusmill.pipeline.execution import run_stage, wave_rules
from corpusmill.pipeline.execution import run_units as units
from corpusmill.pipeline.execution.measured import Measured, split
from corpusmill.pipeline.execution.outcomes import OUTCOME, Done, Failed
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run_units import run_units


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Waves of units in threads of this process, in place of Ray Data: the units of each."""
    found: list[list[int]] = []

    def execute(rows, run, memory_bytes, unwanted):
        found.append([row["index"] for row in rows])
        for row in rows:
            yield from run({"index": row["index"], "execution": len(found)})

    monkeypatch.setattr(units, "_execute", execute)
    monkeypatch.setattr(wave_rules, "SPECULATE_AFTER_S", 0.2)
    monkeypatch.setattr(units, "END_S", 0.1)
    monkeypatch.setattr(lifecycle, "cpus", lambda: 4)
    monkeypatch.setattr(lifecycle, "nodes", lambda: 2)
    return found


def row(unit, **values):
    blank = dict.fromkeys(OUTCOME.names)
    return {**blank, "index": unit["index"], "seconds": 0.01, "lost_rows": False, "passes": False, **values}


def test_a_straggler_runs_twice_and_the_first_copy_counts(executions):
    ends = threading.Event()

    def run(unit):
        if unit["index"] == 2 and unit["execution"] == 1:
            ends.wait(20)
        yield row(unit, result="{}")

    outcomes = list(run_units([{"n": n} for n in range(3)], run))
    ends.set()
    assert executions == [[0, 1, 2], [2]]
    assert sorted(o.unit["n"] for o in outcomes) == [0, 1, 2]
    assert all(isinstance(o, Done) for o in outcomes)


def test_the_largest_units_begin_first(monkeypatch):
    begun: list[int] = []

    def in_order(given, *_, **__):
        for unit in given:
            begun.append(unit["size_bytes"])
            yield Done(unit, {})

    monkeypatch.setattr(run_stage, "run_units", in_order)
    given = [{"name": str(n), "size_bytes": n} for n in (3, 9, 1, 4)]
    list(run_stage._run_units(None, given, lambda _: {}, None, None))  # pyright: ignore[reportArgumentType]
    assert begun == [9, 4, 3, 1]


def test_a_unit_whose_worker_died_runs_isolated_and_only_once(monkeypatch):
    ran: list[dict[str, object]] = []

    def dying(given, *_, final=(), **__):
        ran.extend(given)
        for unit in given:
            died = "isolated" not in unit and unit["name"] == "b"
            yield Failed(unit, "its worker died", "", kind="WorkerCrashedError") if died else Done(unit, {})

    monkeypatch.setattr(run_stage, "run_units", dying)
    display = Display(quiet=True)
    found = run_stage._run_units(
        SimpleNamespace(display=display),  # pyright: ignore[reportArgumentType]
        [{"name": n} for n in "abc"],
        lambda _: {},
        None,
        lambda unit: {**unit, "isolated": True},
    )
    assert sorted(o.unit["name"] for o in found if isinstance(o, Done)) == ["a", "b", "c"]
    assert ran == [{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "b", "isolated": True}]


@pytest.mark.thorough
def test_on_one_machine_nothing_runs_twice(executions, monkeypatch):
    monkeypatch.setattr(lifecycle, "nodes", lambda: 1)
    slow = threading.Event()

    def run(unit):
        slow.wait(0.6)
        yield row(unit, result="{}")

    assert len(list(run_units([{"n": 0}], run))) == 1
    assert executions == [[0]]


def test_a_failure_of_one_copy_is_none_while_the_other_runs(executions):
    ends = threading.Event()

    def run(unit):
        if unit["execution"] == 1:
            ends.wait(20)
            yield row(unit, result="{}")
        else:
            yield row(unit, error="ValueError: a", details="", kind="ValueError")
            ends.set()

    (outcome,) = run_units([{"n": 0}], run)
    assert isinstance(outcome, Done)
    assert executions == [[0], [0]]


def test_a_store_that_was_waited_for_in_vain_ends_the_stage(executions):
    def run(unit):
        yield row(unit, error="StoreUnavailable: s3://b does not answer", details="", kind="StoreUnavailable")

    with pytest.raises(StoreUnavailable, match=r"^s3://b does not answer"):
        list(run_units([{"n": n} for n in range(3)], run))
    assert len(executions) == 1


def test_a_store_that_does_not_answer_costs_no_try(executions):
    def run(unit):
        silent = {"error": "OSError: injected", "details": "", "kind": "OSError", "passes": True}
        yield row(unit, **(silent if unit["execution"] < 9 else {"result": "{}"}))

    with allowed(60, lambda _: None):
        (outcome,) = run_units([{"n": 0}], run)
    assert isinstance(outcome, Done)
    executions.clear()
    with allowed(0, lambda _: None):
        (outcome,) = run_units([{"n": 0}], run)
    assert isinstance(outcome, Failed)
    assert len(executions) == units.TRIES


def test_a_few_stragglers_among_those_that_are_done_delay_nothing():
    assert wave_rules.speculate_after_s([], 100) == wave_rules.SPECULATE_AFTER_S
    assert wave_rules.speculate_after_s([200.0] * 96 + [1000.0] * 4, 100) == 200.0
    assert wave_rules.speculate_after_s([200.0] * 90 + [1000.0] * 10, 100) == 1000.0
    assert wave_rules.speculate_after_s([200.0] * 9 + [1000.0], 10) == 2000.0, "of few units, as twice the longest says"
    assert wave_rules.most_twice(16) == 64
    assert wave_rules.most_twice(16_000) == 2000


def test_a_wave_grows_with_the_cluster_and_the_next_one_begins_before_cpus_are_idle():
    assert wave_rules.wave_units(64) == wave_rules.WAVE_UNITS
    assert wave_rules.next_wave_at(wave_rules.wave_units(16_000)) == 16_000


def test_a_large_stage_is_not_begun_again_before_nearly_all_of_it_is_done(monkeypatch):
    monkeypatch.setattr(lifecycle, "cpus", lambda: 1000)
    monkeypatch.setattr(lifecycle, "nodes", lambda: 20)
    assert not wave_rules.may_speculate(100, 100)
    assert not wave_rules.may_speculate(99, 100), "what one unit took says nothing of the others"
    assert wave_rules.may_speculate(5, 100)
    assert wave_rules.may_speculate(64, 64), "all of a small stage"
    assert not wave_rules.may_speculate(600, 20_000), "more than machines stand idle for"


def test_what_may_pass_is_tried_again_in_this_process_too():
    tries: list[int] = []

    def run(unit):
        tries.append(unit["n"])
        if (unit["n"] == 1 and tries.count(1) < units.TRIES) or unit["n"] == 3:
            raise TimeoutError("the store")
        if unit["n"] == 2:
            raise ValueError("wrong")
        return {}

    done, wrong, never = units.run_here([{"n": 1}, {"n": 2}, {"n": 3}], run)
    assert isinstance(done, Done)
    assert isinstance(wrong, Failed)
    assert isinstance(never, Failed)
    assert tries == [1] * units.TRIES + [2] + [3] * units.TRIES


def test_the_memory_of_the_driver_is_not_that_of_a_unit():
    for here in (True, False):
        _, figures = split(Measured(lambda _: {}, "s", here=here)({}))
        assert (figures["peak_bytes"] == 0) == here
