"""What a person sees of a stage: a bar with rates and time left on a terminal, plain lines in a log, or nothing."""

import io

import pytest
from rich.console import Console

from corpusmill.pipeline.execution.progress import Display, screen


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def said(display: Display) -> list[str]:
    file = display.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


def test_a_log_gets_a_line_every_ten_seconds_and_one_at_the_end(clock):
    display = Display(console=Console(file=io.StringIO(), width=200), clock=clock)
    with display.stage("ingest", 4) as bar:
        for seconds in (4, 4, 4, 4):
            clock.now += seconds
            bar.advance(documents=100, size_bytes=2_000_000)
    assert said(display) == [
        "ingest     3 of 4 units  300 documents, 25 documents/s, 0.5 MB/s",
        "ingest     4 of 4 units in 16.0 s  400 documents, 25 documents/s, 0.5 MB/s",
    ]


def test_a_terminal_gets_a_bar_with_rates_and_time_left(clock):
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
