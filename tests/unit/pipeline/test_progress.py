"""What a person sees of a stage: a bar with rates and time left on a terminal, plain lines in a log, or nothing."""

import io
import time
from contextlib import contextmanager
from datetime import datetime

import pytest
from rich.console import Console
from rich.progress import Progress

from corpusmill.cluster.storage import Store
from corpusmill.pipeline.execution import progress
from corpusmill.pipeline.execution.phases import Work
from corpusmill.pipeline.execution.progress import Display, print_table, screen
from corpusmill.pipeline.report.funnel import Funnel, Leaf, Step
from corpusmill.pipeline.report.funnel_table import as_table, leaves_table, lost_in_words


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def noon() -> datetime:
    return datetime(2026, 11, 30, 12)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def said(display: Display) -> list[str]:
    file = display.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


def test_a_log_gets_a_line_every_ten_seconds_and_one_at_the_end(clock):
    display = Display(console=Console(file=io.StringIO(), width=200), clock=clock, now=noon)
    with display.stage("ingest", 4) as bar:
        for seconds in (4, 4, 4, 4):
            clock.now += seconds
            bar.advance(documents=100, size_bytes=2_000_000)
    assert said(display) == [
        "2026-11-30 12:00:00  ingest     3 of 4 units after 12 s  300 documents, 25 documents/s, 0.5 MB/s",
        "2026-11-30 12:00:00  ingest     4 of 4 units in 16.0 s  400 documents, 25 documents/s, 0.5 MB/s",
    ]


def test_a_log_says_how_far_a_stage_is_even_when_no_unit_ends(clock, monkeypatch):
    monkeypatch.setattr(progress, "SILENT_S", 0.01)
    display = Display(console=Console(file=io.StringIO(), width=200), clock=clock, now=noon)
    with display.stage("ingest", 4):
        clock.now += 25
        tries = 0
        while not said(display) and (tries := tries + 1) < 100:
            time.sleep(0.01)
    assert said(display) == [
        "2026-11-30 12:00:00  ingest     0 of 4 units after 25 s",
        "2026-11-30 12:00:00  ingest     0 of 4 units in 25.0 s",
    ]


def test_a_terminal_gets_a_bar_with_rates_and_time_remaining(clock):
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system=None)
    display = Display(console=console, clock=clock)
    with display.stage("ingest", 4) as bar:
        clock.now += 2
        bar.advance(documents=100, size_bytes=2_000_000)
        assert display._rich is not None
        shown = "".join(str(c) for c in display._rich.tasks[0].fields.values())
        assert shown == "100 documents, 50 documents/s, 1.0 MB/s"
        assert (display._rich.tasks[0].completed, display._rich.tasks[0].total) == (1, 4)
        display._rich.refresh()
        assert "1/4" in console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
        assert ":--" in console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]  the time left, not known yet
    assert display._rich is None
    assert said(display)[-1].endswith("ingest     1 of 4 units in 2.0 s  100 documents, 50 documents/s, 1.0 MB/s")


def test_a_bar_goes_on_when_one_inside_it_has_ended(clock):
    display = Display(console=Console(file=io.StringIO(), width=200, force_terminal=True), clock=clock)
    with display.stage("mix", 3) as outer:
        with display.stage("bins", 1) as inner:
            inner.advance()
        outer.advance()
        assert display._rich is not None
        assert display._rich.tasks[0].completed == 1


@pytest.mark.parametrize("width", [60, 80, 124, 125, 200])
def test_documents_rate_and_elapsed_time_are_shown_whole_at_any_width(clock, width):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    display = Display(console=console, clock=clock)
    with display.stage("dedup candidates", 4000) as bar:
        bar.done = 3200
        clock.now += 100
        bar.advance(documents=123_456_789, size_bytes=41_000_000_000)
        assert display._rich is not None
        line = last_line(display._rich)
    wide = ("123,456,789 documents, 1,234,568 documents/s, 410.0 MB/s", "3201/4000", "0:00:0")
    for shown in wide if width >= 125 else ("123M docs 1.2M/s 410MB/s", "3201/4000", "0:00:0"):
        assert shown in line
    assert len(line) <= width


def last_line(progress: Progress) -> str:
    console = Console(file=io.StringIO(), width=progress.console.width, color_system=None)
    console.print(progress.make_tasks_table(progress.tasks))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()[-1].rstrip()


def test_a_phase_that_is_short_has_no_line_of_its_own(clock):
    display = Display(console=Console(file=io.StringIO(), width=200), clock=clock, now=noon)
    for seconds in (1, 3):
        with display.stage("dedup near", 1, brief=True) as bar:
            clock.now += seconds
            bar.advance()
    assert said(display) == ["2026-11-30 12:00:00  dedup near 1 of 1 unit in 3.0 s"]


def test_phases_that_run_in_this_process_are_shown(tmp_path, clock):
    seen = []

    @contextmanager
    def show(name, total):
        yield lambda: seen.append((name, total))

    work = Work(store=Store(str(tmp_path)), folder="dedup/x", run=lambda units, task: map(task, units), show=show)
    work.phase("near", [{"name": "a"}, {"name": "b"}], lambda store, folder, unit: {}, size_bytes=1)
    assert seen == [("near", 2)] * 2
    work.phase("near", [{"name": "a"}, {"name": "b"}], lambda store, folder, unit: {}, size_bytes=1)
    assert len(seen) == 2  # what is done is not shown again


def test_numbers_of_a_table_are_whole_on_a_narrow_terminal():
    funnel = Funnel(
        steps=[Step("selected", 123_456_789_012, 10**12, 10**12, lost={c * 5: 10**i for i, c in enumerate("abcdefg")})],
        leaves=[
            Leaf(("a source", "a domain", "en"), kept=10**11, unique=10**11, unique_tokens=10**12, mixed_tokens=10**12)
        ],
    )
    console = Console(file=io.StringIO(), width=60, force_terminal=True, color_system=None)
    for table in (as_table(funnel), leaves_table(funnel)):
        print_table(console, table)
    told = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    assert "…" not in told
    assert "123,456,789,012" in told
    assert told.count("1,000,000,000,000") == 3
    assert console.width == 60


@pytest.mark.parametrize(("reasons", "message"), [(5, "e"), (6, "11 for 2 other reasons")])
def test_the_last_reason_is_named_rather_than_counted(reasons, message):
    lost = {"abcdefg"[i]: 10 ** (reasons - 1 - i) for i in range(reasons)}
    assert lost_in_words(Step("kept", 1, lost=lost)).endswith(message)


def test_in_a_log_tables_are_wide(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert not screen().is_terminal
    assert screen().width == 160
    monkeypatch.setenv("COLUMNS", "100")
    assert screen().width == 100


def test_quiet_says_nothing_and_counts_all_the_same(clock):
    display = Display(quiet=True, console=Console(file=io.StringIO()), clock=clock)
    display.line("something")
    with display.stage("ingest", 2) as bar:
        clock.now += 60
        bar.advance(documents=1)
    assert said(display) == []
    assert (bar.done, bar.documents) == (1, 1)
