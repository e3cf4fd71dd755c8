"""A machine whose own fault makes units fail gets no more of them in a stage, as long as there are others."""

import json
import threading
from types import SimpleNamespace

import pytest

from corpusmill.cluster import lifecycle
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.log import EventLog
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.execution import run_units as units
from corpusmill.pipeline.execution import wave_rules
from corpusmill.pipeline.execution.faulty_machines import remarks
from corpusmill.pipeline.execution.machine_faults import KIND
from corpusmill.pipeline.execution.outcomes import OUTCOME, Done, Failed
from corpusmill.pipeline.execution.progress import Display
from corpusmill.pipeline.execution.run_units import run_units
from corpusmill.pipeline.report.status import status_of

NO_ROOM = "OSError: [Errno 28] No space left on device: '/scratch/a' (on host-b)"
Where = tuple[str, ...]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Machines a, b and c in place of Ray's: those in `full` have no room; where each wave might run, and did."""
    made = SimpleNamespace(full={"b"}, live={"a", "b", "c"}, might=list[Where](), tries=list[tuple[int, str]]())

    def execute(rows, run, where, unwanted):
        text = "" if where.label_selector is None else where.label_selector["ray.io/node-id"]
        avoided = set(filter(None, text.removeprefix("!in(").removesuffix(")").split(",")))
        might = sorted(made.live - avoided)
        made.might.append(tuple(might))
        for row in rows:  # one after another, but a full machine draws all it can
            node = next((n for n in might if n in made.full), might[row["index"] % len(might)])
            made.tries.append((row["index"], node))
            fault = {"error": NO_ROOM, "details": "", "kind": KIND, "node": node}
            given = fault if node in made.full else {"result": "{}"}
            blank = dict.fromkeys(OUTCOME.names)
            yield {**blank, "index": row["index"], "seconds": 0.01, "lost_rows": False, "passes": False, **given}

    monkeypatch.setattr(units, "_execute", execute)
    monkeypatch.setattr(lifecycle, "cpus", lambda: 2)
    monkeypatch.setattr(lifecycle, "nodes", lambda: 1)
    monkeypatch.setattr(lifecycle, "nodes_with_cpus", lambda: made.live)
    return made


def run(number: int, said: list[str]) -> list[Done | Failed]:
    return list(run_units([{"name": f"u{n}"} for n in range(number)], lambda _: {}, remark=said.append))


def test_units_that_a_full_machine_failed_run_on_the_others(cluster):
    said: list[str] = []
    assert all(isinstance(outcome, Done) for outcome in run(6, said))
    assert cluster.might == [("a", "b", "c"), ("a", "c")]
    assert len(said) == 1
    assert said[0].startswith(f"a unit failed by the fault of its machine: {NO_ROOM}; it runs again on another")


def test_a_later_wave_leaves_the_machine_out(cluster, monkeypatch):
    monkeypatch.setattr(wave_rules, "WAVE_UNITS", 4)
    monkeypatch.setattr(wave_rules, "NEXT_WAVE_AT", 0.25)
    assert all(isinstance(outcome, Done) for outcome in run(8, []))
    assert cluster.might[0] == ("a", "b", "c")
    assert set(cluster.might[1:]) == {("a", "c")}
    assert len(cluster.tries) == 8 + 4


def test_a_machine_that_failed_once_still_gets_units(cluster, monkeypatch):
    monkeypatch.setattr(wave_rules, "WAVE_UNITS", 2)
    monkeypatch.setattr(wave_rules, "NEXT_WAVE_AT", 0.0)
    monkeypatch.setattr(lifecycle, "cpus", lambda: 1)
    execute = units._execute

    def once(rows, run, where, unwanted):
        yield from execute(rows[:1], run, where, unwanted)
        cluster.full.clear()
        yield from execute(rows[1:], run, where, unwanted)

    monkeypatch.setattr(units, "_execute", once)
    assert all(isinstance(outcome, Done) for outcome in run(4, []))
    assert cluster.might == [("a", "b", "c")] * 4 + [("a", "c")] * 2, "all but the try after"


def test_where_all_machines_are_full_each_unit_has_its_tries(cluster):
    cluster.full |= cluster.live
    said: list[str] = []
    outcomes = run(2, said)
    assert all(isinstance(outcome, Failed) and outcome.kind == KIND for outcome in outcomes)
    assert len(cluster.tries) == 2 * units.TRIES
    assert len(said) == 2, "of the third machine there is none to run on instead"


def test_the_only_machine_is_not_avoided(cluster):
    cluster.live = {"b"}
    said: list[str] = []
    assert all(isinstance(outcome, Failed) for outcome in run(2, said))
    assert cluster.might == [("b",)] * units.TRIES
    assert said == []


def test_a_file_at_fault_makes_no_machine_suspect(cluster, monkeypatch):
    execute = units._execute

    def damaged(*given):
        for row in execute(*given):
            yield {**row, "kind": "ValueError"} if row["error"] else row

    monkeypatch.setattr(units, "_execute", damaged)
    assert all(isinstance(outcome, Failed) for outcome in run(2, []))
    assert set(cluster.might) == {("a", "b", "c")}


def test_the_log_the_events_and_status_say_so(tmp_path, capsys):
    store, recorder = Store(str(tmp_path)), Recorder()
    log = EventLog(store, "r", state=recorder.state)
    recorder.write = log.write
    recorder.facts |= {"job": "j", "state": history.RUNNING}
    remarks(SimpleNamespace(display=Display(), events=recorder), "ingest")(f"a unit failed: {NO_ROOM}")  # pyright: ignore
    log.flush()
    assert f"warning: ingest: a unit failed: {NO_ROOM}" in capsys.readouterr().err
    (event,) = history.events(store, "r")
    assert (event["event"], event["stage"]) == ("machine.avoided", "ingest")
    found = status_of(store)
    assert f"machine  ingest: a unit failed: {NO_ROOM}" in list(found.lines())
    assert "No space left" in json.dumps(found.to_json())


def test_where_the_others_are_gone_units_run_on_any_machine(cluster, monkeypatch):
    monkeypatch.setattr(units, "LOOK_S", 0.05)
    monkeypatch.setattr(units, "END_S", 0.1)
    execute, gone = units._execute, threading.Event()

    def waits(rows, run, where, unwanted):
        if where.label_selector is not None:  # as Ray does where no live machine has the label
            cluster.live, cluster.full = {"b"}, set[str]()
            gone.wait(20)
            return
        yield from execute(rows, run, where, unwanted)

    monkeypatch.setattr(units, "_execute", waits)
    assert all(isinstance(outcome, Done) for outcome in run(2, []))
    gone.set()
    assert cluster.might == [("a", "b", "c"), ("b",)]
