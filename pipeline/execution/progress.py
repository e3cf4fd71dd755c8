"""What a person sees while a job runs: bars on a terminal, plain lines in a log, nothing with --quiet."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table

from corpusmill.pipeline.config.base.secrets import environment_secrets, redacted
from corpusmill.pipeline.events.recorder import Watcher
from corpusmill.pipeline.execution.heartbeat import repeated
from corpusmill.pipeline.execution.terminal import PlainConsole
from corpusmill.pipeline.files.json_values import Json

LINE_EVERY_S = 10.0  # in a log
SILENT_S = 20.0  # after so long a log says how far a stage is even when no unit has ended
BRIEF_S = 2.0  # a phase that takes less gets no line of its own
TEXT_COLUMNS = 12  # that a column of words needs at least
GAP_COLUMNS = 2  # between two columns of a table
WIDE = 125  # columns of a terminal that has room for a bar and whole numbers
SHORT_STAGE = "{task.description:.10}"
LOG_COLUMNS = 160  # of a table where there is no terminal


def screen(*, stderr: bool = False) -> Console:
    """Where people read: as wide as their terminal; in a log or a pipe wide, unless COLUMNS says otherwise."""
    found = PlainConsole(stderr=stderr, highlight=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = LOG_COLUMNS
    return found


def print_table(console: Console, table: Table) -> None:
    """Print a table whose numbers are never cut: one that is too wide for a terminal is wrapped by it."""
    least = sum(
        max(cell_len(str(cell)) for cell in (column.header, *column.cells)) if column.no_wrap else TEXT_COLUMNS
        for column in table.columns
    )
    before, console.width = console.width, max(console.width, least + GAP_COLUMNS * len(table.columns))
    try:
        console.print(table, crop=False)
    finally:
        console.width = before


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it needs one.

    >>> counted(1, "node"), counted(1200, "part"), counted(0, "copy")
    ('1 node', '1,200 parts', '0 copies')
    """
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}{'es' if noun.endswith('ch') else 's'}"
    return f"{number:,} {noun if number == 1 else plural}"


def short(number: float) -> str:
    """A number in at most five characters.

    >>> short(7), short(1204), short(12_345), short(999_950), short(4.1e9)
    ('7', '1.2k', '12k', '1.0M', '4.1G')
    """
    for unit in ("", "k", "M", "G", "T"):
        if number < 999.5 or unit == "T":
            break
        number /= 1000
    return f"{number:.1f}{unit}" if unit and number < 9.95 else f"{number:.0f}{unit}"


@dataclass
class Bar:
    """How far one stage is: units done, documents and bytes so far."""

    stage: str
    total: int
    say: "Display"
    started: float  # by the display's clock
    done: int = 0
    documents: int = 0
    size_bytes: int = 0
    last_line: float = 0.0

    def advance(self, *, documents: int = 0, size_bytes: int = 0) -> None:
        """One unit has ended."""
        self.done += 1
        self.documents += documents
        self.size_bytes += size_bytes
        for watcher in self.say.watchers:
            watcher.moved(self.stage, documents=documents, size_bytes=size_bytes)
        self.say.moved(self)

    def rates(self) -> str:
        """E.g. '1,204 documents, 310 documents/s, 4.1 MB/s'; empty while nothing is known."""
        if not self.documents:
            return ""
        seconds = max(self.say.clock() - self.started, 1e-3)
        told = f"{counted(self.documents, 'document')}, {self.documents / seconds:,.0f} documents/s"
        return told + (f", {self.size_bytes / seconds / 1e6:,.1f} MB/s" if self.size_bytes else "")

    def short_rates(self) -> str:
        """The same for a narrow terminal, at most 26 characters: '1.2M docs 310/s 4.1MB/s'."""
        if not self.documents:
            return ""
        seconds = max(self.say.clock() - self.started, 1e-3)
        told = f"{short(self.documents)} docs {short(self.documents / seconds)}/s"
        return told + (f" {short(self.size_bytes / seconds)}B/s" if self.size_bytes else "")


class Display:
    """Says what happens, to people. Machines read the manifests."""

    def __init__(
        self,
        *,
        quiet: bool = False,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = datetime.now,
        as_json: bool = False,
    ) -> None:
        """clock: seconds, for rates; now: the time that a line in a log begins with. as_json: each line is a JSON
        object, as programs that collect logs read them, and no bars are drawn.
        """
        self.quiet = quiet
        self.as_json = as_json
        self.watchers: list[Watcher] = []  # each hears of every stage, also where nothing is shown
        self.clock, self.now = clock, now
        self.console = console or screen(stderr=True)
        self._rich: Progress | None = None
        self._tasks: list[TaskID] = []

    def line(self, text: str, facts: Mapping[str, Json] = MappingProxyType({})) -> None:
        """Print one line about what just happened; in a log with its time. facts: more keys of a JSON line."""
        if not self.quiet and self.as_json:
            record = {"time": self.now().astimezone().isoformat(timespec="milliseconds"), "level": level_of(text)}
            text = redacted(
                json.dumps({**record, "message": text, **facts}, ensure_ascii=False), environment_secrets(os.environ)
            )
            self.console.out(text, highlight=False)
        elif not self.quiet:
            if not self.console.is_terminal:
                text = f"{self.now():%Y-%m-%d %H:%M:%S}  {text}"
            self.console.print(redacted(text, environment_secrets(os.environ)), markup=False, soft_wrap=True)

    @contextmanager
    def stage(self, name: str, total: int, *, brief: bool = False) -> Iterator[Bar]:
        """Show one stage of `total` units while the `with` lasts. brief: without a line at its end if it is short."""
        for watcher in self.watchers:
            watcher.began(name, total)
        try:
            with self._drawn(name, total, brief=brief) as bar:
                yield bar
        finally:
            for watcher in self.watchers:
                watcher.ended(name)

    @contextmanager
    def _drawn(self, name: str, total: int, *, brief: bool) -> Iterator[Bar]:
        bar, outer = Bar(stage=name, total=total, say=self, started=self.clock()), self._rich
        if self.quiet:
            yield bar
        elif self.as_json or not self.console.is_terminal:
            with repeated(lambda: self.moved(bar), every_s=SILENT_S):
                yield bar
        elif outer is not None:  # one bar at a time: the outer one's place is taken for a while
            task = outer.add_task(name, total=total, rates="")
            self._tasks.append(task)
            try:
                yield bar
            finally:
                self._tasks.pop()
                outer.remove_task(task)
        else:
            columns = columns_of(self.console.width)
            with Progress(*columns, console=self.console, transient=True) as self._rich:
                self._tasks = [self._rich.add_task(name, total=total, rates="")]
                try:
                    yield bar
                finally:
                    self._rich.refresh()
            self._rich = None
        seconds = self.clock() - bar.started
        if not brief or seconds > BRIEF_S:
            units = f"{bar.done:,} of {counted(bar.total, 'unit')}"
            self.line(f"{name:<10} {units} in {seconds:.1f} s  {bar.rates()}".rstrip())

    def moved(self, bar: Bar) -> None:
        """Show how far a bar is; called by it after each unit, and from time to time where none ends. The end of a
        stage has a line of its own.
        """
        if self._rich is not None:
            rates = bar.rates() if self.console.width >= WIDE else bar.short_rates()
            self._rich.update(self._tasks[-1], completed=bar.done, total=bar.total, rates=rates)
        elif bar.done < bar.total and self.clock() - max(bar.last_line, bar.started) > LINE_EVERY_S:
            bar.last_line = self.clock()
            units = f"{bar.done:,} of {counted(bar.total, 'unit')}"
            self.line(f"{bar.stage:<10} {units} after {self.clock() - bar.started:.0f} s  {bar.rates()}".rstrip())


def level_of(text: str) -> str:
    """The level of a line, as logs name it.

    >>> level_of("warning: no file"), level_of("ingest: a.gz failed: it broke"), level_of("mix 3 of 3 units")
    ('warning', 'error', 'info')
    """
    if text.startswith("warning:"):
        return "warning"
    return "error" if " failed: " in text else "info"


def columns_of(width: int) -> list[ProgressColumn]:
    """What a bar shows on a terminal of so many columns: at 60 all of its numbers, in a wide one a bar too."""
    whole = Column(no_wrap=True)
    numbers = [MofNCompleteColumn(table_column=whole), TimeElapsedColumn(table_column=whole)]
    rates = TextColumn("{task.fields[rates]}", table_column=whole)
    if width < WIDE:
        return [TextColumn(SHORT_STAGE, table_column=whole), *numbers, rates]
    stage = TextColumn("{task.description:<10}", table_column=whole)
    bar = BarColumn(bar_width=20)
    return [SpinnerColumn(), stage, bar, *numbers, TimeRemainingColumn(table_column=whole), rates]
