"""The CPU time of a version is that of all the runs that made it, of which all but the last did not finish."""

from types import SimpleNamespace

import pytest

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.events import history
from corpusmill.pipeline.events.counts import Figures
from corpusmill.pipeline.events.log import EventLog
from corpusmill.pipeline.events.recorder import Recorder
from corpusmill.pipeline.report.status import status_of
from corpusmill.pipeline.run.version_news import used_for

CPUS, SECONDS = 4, 900.0


class Run:
    """One run of a workspace, that began so many quarters of an hour after the first."""

    def __init__(self, store: Store, number: int, *, output: str = "out", job: str = "j") -> None:
        self.cpu_s = 100.0  # what its process did before
        self.now = 1_000_000.0 + number * SECONDS
        self.events = Recorder(clock=lambda: self.now, cpu_clock=lambda: self.cpu_s)
        self.log = EventLog(store, f"run{number}", state=self.events.state, clock=lambda: self.now)
        self.events.facts |= {"job": job, "output": output, "owner": f"o{number}", "began_at": self.now, "cpus": CPUS}

    def works(self, state: str, *, units_s: float, driver_s: float) -> "Run":
        self.cpu_s += driver_s
        self.events.unit_done("ingest", "a", Figures(seconds=9.0, cpu_seconds=units_s, first=True, peak_bytes=0), {})
        self.now += SECONDS / 2
        self.events.facts |= {"state": state}
        self.log.flush()
        return self


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(str(tmp_path))


def used(store: Store, run: Run) -> tuple[int, float]:
    spec = SimpleNamespace(name="j", output="out")
    found = used_for(SimpleNamespace(events=run.events, workspace=store, spec=spec))  # pyright: ignore
    return found.runs, found.cpu_seconds


def test_what_the_process_did_before_is_not_counted(store):
    assert used(store, Run(store, 1).works("running", units_s=2.0, driver_s=0.5)) == (1, 2.5)


def test_runs_that_did_not_finish_are_counted_with_the_one_that_did(store):
    Run(store, 0).works("failed", units_s=1000.0, driver_s=0.0)
    Run(store, 1).works("finished", units_s=500.0, driver_s=0.0)  # which made what it was for
    Run(store, 2).works("running", units_s=30.0, driver_s=3.0)  # its driver was killed
    Run(store, 3, output="elsewhere").works("failed", units_s=7.0, driver_s=0.0)
    Run(store, 4, job="another").works("finished", units_s=7.0, driver_s=0.0)
    Run(store, 5).works("stopped", units_s=20.0, driver_s=2.0)
    last = Run(store, 6).works("running", units_s=4.0, driver_s=1.0)
    assert used(store, last) == (3, 60.0)
    found = [run.run for run in history.unfinished(store, job="j", output="out", owner="o6")]
    assert found == ["run2", "run5"]


def test_status_has_the_hours_of_all_of_them(store):
    Run(store, 1).works("finished", units_s=1.0, driver_s=0.0)
    Run(store, 2).works("failed", units_s=1.0, driver_s=0.0)
    last = Run(store, 3).works("finished", units_s=1.0, driver_s=0.0)
    found = status_of(store, now=last.now, price_cpu_hour=10.0)
    assert (found.cpu_hours, found.own_cpu_hours) == (1.0, 0.5)
    assert found.to_json() | {"cost": 10.0, "runs": 2, "cpu_hours_newest_run": 0.5} == found.to_json()
    lines = "\n".join(found.lines())
    assert "1.00 CPU-hours (4 CPUs), 10.00 so far" in lines
    assert "0.50 of them in this run, the others in 1 earlier run that did not finish" in lines
