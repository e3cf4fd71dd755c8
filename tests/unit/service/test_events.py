"""The events of a run: segments that only grow, the state on the last line, and a store that does not answer."""

import json

import pytest

from corpusmill.cluster import lease
from corpusmill.cluster.storage import Store
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.counts import OTHER, REASONS, SLOWEST, Figures, StageCounts
from corpusmill.pipeline.events.log import BUFFERED, STOP, EventLog, run_name, sweep_old
from corpusmill.pipeline.events.recorder import UNITS_LOGGED, Recorder
from corpusmill.pipeline.report.status import DEAD, status_of


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(str(tmp_path))


def figures(seconds: float, peak_bytes: int = 0) -> Figures:
    return Figures(seconds=seconds, cpu_seconds=seconds, first=False, peak_bytes=peak_bytes)


def log_of(store: Store, clock: Clock, run: str = "20261130T000000Z-ab") -> tuple[EventLog, Recorder]:
    recorder = Recorder(clock=clock)
    log = EventLog(store, run, state=recorder.state, clock=clock)
    recorder.write = log.write
    recorder.facts |= {"job": "j", "owner": "ab", "began_at": clock(), "state": "running", "cpus": 4}
    return log, recorder


def test_each_flush_is_a_segment_and_no_segment_changes(store, clock):
    log, recorder = log_of(store, clock)
    recorder.began("ingest", 2)
    log.flush()
    first = store.read("events/20261130T000000Z-ab/000000.jsonl")
    recorder.unit_done("ingest", "a.gz", figures(1.5, 7), {"tally": [["in", "documents", "x", 3]]})
    recorder.moved("ingest", documents=2, size_bytes=100)
    recorder.ended("ingest")
    log.flush()
    assert store.read("events/20261130T000000Z-ab/000000.jsonl") == first
    state = history.last_run(store)
    assert state is not None
    stage = state.stages[0]
    assert (stage.done, stage.total, stage.documents, stage.records, stage.peak_bytes) == (1, 2, 2, 3, 7)
    events = [event["event"] for event in history.events(store, state.run)]
    assert events == ["stage.started", "unit.finished", "stage.finished"]


def test_what_the_store_did_not_take_is_in_the_next_segment(store, clock, monkeypatch):
    log, recorder = log_of(store, clock)
    recorder.began("ingest", 1)
    with monkeypatch.context() as broken:
        broken.setattr(Store, "publish", lambda *_: (_ for _ in ()).throw(OSError("503")))
        assert log.flush() is False
    assert log.flush() is True
    assert [event["event"] for event in history.events(store, log.run)] == ["stage.started"]
    assert [f.uri for f in store.files("events")] == [f"events/{log.run}/000000.jsonl"]


def test_events_that_nobody_takes_are_dropped_from_the_front_and_counted(store, clock):
    log, _ = log_of(store, clock)
    for number in range(BUFFERED + 5):
        log.write("unit.finished", number=number)
    log.flush()
    lines = store.read(f"events/{log.run}/000000.jsonl").decode().splitlines()
    assert json.loads(lines[0])["number"] == 5
    assert json.loads(lines[-1])["dropped_events"] == 5


def test_segments_become_rarer_in_a_long_run(store, clock):
    log, _ = log_of(store, clock)
    assert log.interval_s() == 5
    clock.now += 600
    assert log.interval_s() == 20
    clock.now += 1e6
    assert log.interval_s() == 60


def test_counts_stay_small_whatever_the_number_of_units(clock):
    stage = StageCounts("ingest", total=10_000)
    for number in range(10_000):
        stage.timed_unit(f"u{number}", float(number))
        stage.failed_unit(f"reason {number}")
    assert len(stage.slowest) == SLOWEST
    assert max(stage.slowest) == (9999.0, "u9999")
    assert len(stage.reasons) == REASONS + 1
    assert sum(stage.reasons.values()) == 10_000
    assert stage.reasons[OTHER] == 10_000 - REASONS
    written: list[str] = []
    recorder = Recorder(lambda event, **_: written.append(event), clock=clock)
    for number in range(UNITS_LOGGED + 10):
        recorder.unit_done("ingest", str(number), figures(1), {})
    assert len(written) == UNITS_LOGGED


def test_a_run_without_its_lease_is_dead_and_one_with_it_runs(store, clock):
    log, recorder = log_of(store, clock)
    recorder.began("ingest", 4)
    clock.now += 10
    recorder.moved("ingest", documents=5, size_bytes=10)
    log.flush()
    found = status_of(store, now=clock.now + 1, price_cpu_hour=2.0)
    assert found.state == DEAD
    held = lease.Holder(owner="ab", host="elsewhere", pid=1, fence=1, expires_at=clock.now + 60)
    store.publish(lease.object_of(1), held.to_json())
    running = status_of(store, now=clock.now + 10, price_cpu_hour=2.0)
    assert running.state == "running"
    facts = running.to_json()
    lease_facts = {"held": True, "host": "elsewhere", "pid": 1, "since": 1_000_000.0}
    assert facts["lease"] == {**lease_facts, "renewed_at": 1_000_010.0, "expires_at": 1_000_070.0}
    assert any("renewed 10 s ago; free in 50 s unless it is again" in line for line in running.lines())
    assert facts["cost"] == pytest.approx(20 * 4 / 3600 * 2.0, abs=1e-3)
    stage = facts["run"]["stages"][0]
    assert (stage["running"], stage["remaining_s"], stage["documents_per_s"]) == (3, 60.0, 0.2)
    assert status_of(store, now=clock.now + 1000).state == DEAD
    recorder.facts |= {"state": "finished", "ended_at": clock.now}
    log.flush()
    assert status_of(store, now=clock.now + 1000).state == "finished"


def test_the_end_of_a_run_says_what_it_made_and_a_dead_one_what_goes_on(store, clock):
    log, recorder = log_of(store, clock)
    recorder.facts |= {"kind": "update", "slot": "2026-10", "output": "s3://b/out"}
    log.flush()
    assert "`corpusmill update JOB --slot 2026-10` again resumes it" in "\n".join(status_of(store).lines())
    recorder.facts |= {"state": "finished", "ended_at": clock.now, "version": "v0002", "tokens": 1200}
    log.flush()
    assert "output   s3://b/out/v0002: 1,200 tokens" in list(status_of(store).lines())
    recorder.facts |= {"version": None, "did_nothing": True}
    log.flush()
    assert "output   s3://b/out: nothing was new, it stands as it was" in list(status_of(store).lines())


def test_a_run_that_only_moved_the_pointer_hides_no_other(store, clock):
    log_of(store, clock)[0].flush()
    log, recorder = log_of(store, clock, "20261130T000001Z-cd")
    recorder.facts |= {"kind": "rollback", history.POINTER: "v0001"}
    log.flush()
    newest = history.last_run(store)
    assert newest is not None
    assert newest.run == "20261130T000000Z-ab"


def test_slow_and_failed_units_are_named(store, clock):
    log, recorder = log_of(store, clock)
    recorder.began("ingest", 6)
    for number in range(4):
        recorder.unit_done("ingest", f"{number}.gz", figures(1), {})
    recorder.unit_done("ingest", "long.gz", figures(60), {})
    recorder.unit_failed("ingest", "bad.gz", reason="DamagedData: no gzip", error="...")
    recorder.outstanding("ingest", ["last.gz"])
    log.flush()
    lines = "\n".join(status_of(store, now=clock.now).lines())
    assert "failed   ingest: 1 unit: DamagedData: no gzip" in lines
    assert "long.gz took 1 min 0 s" in lines
    assert "waiting  ingest: for last.gz" in lines


def test_a_request_to_stop_is_seen_by_the_run(store, clock, monkeypatch):
    stopped: list[bool] = []
    monkeypatch.setattr(EventLog, "interval_s", lambda self: 0.01)
    monkeypatch.setattr("corpusmill.pipeline.events.log.LOOK_S", 0.0)
    log = EventLog(store, "r", state=dict, stop=lambda: stopped.append(True), clock=clock)
    store.publish(f"events/r/{STOP}", b"{}")
    with log.open():
        for _ in range(500):
            if stopped:
                break
            log._ended.wait(0.01)
    assert stopped == [True]


def test_old_runs_are_swept_and_the_newest_stay(store, clock):
    for number in range(5):
        log_of(store, clock, run_name("ab" * 16, clock.now + number))[0].flush()
    sweep_old(store, most=2)
    assert list(history.segments(store)) == [run_name("ab" * 16, clock.now + n) for n in (3, 4)]
