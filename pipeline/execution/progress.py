"""What a person sees while a job runs: bars on a terminal, plain lines in a log, nothing with --quiet."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from corpusmill.pipeline.config.base.secrets import known_secrets, redacted

LINE_EVERY_S = 10.0  # in a log
LOG_COLUMNS = 160  # of a table where there is no terminal


def screen(*, stderr: bool = False) -> Console:
    """Where people read: as wide as their terminal; in a log or a pipe wide, unless COLUMNS says otherwise."""
    found = Console(stderr=stderr, highlight=False)
    if not found.is_terminal and "COLUMNS" not in os.environ:
        found.width = LOG_COLUMNS
    return found


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it needs one.

    >>> counted(1, "node"), counted(1200, "part"), counted(0, "copy")
    ('1 node', '1,200 parts', '0 copies')
    """
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}{'es' if noun.endswith('ch') else 's'}"
    return f"{number:,} {noun if number == 1 else plural}"


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
        self.say.moved(self)

    def rates(self) -> str:
        """E.g. '1,204 documents, 310 documents/s, 4.1 MB/s'; empty while nothing is known."""
        if not self.documents:
            return ""
        seconds = max(self.say.clock() - self.started, 1e-3)
        told = f"{self.documents:,} documents, {self.documents / seconds:,.0f} documents/s"
        return told + (f", {self.size_bytes / seconds / 1e6:,.1f} MB/s" if self.size_bytes else "")


class Display:
    """Says what happens, to people. Machines read the manifests."""

    def __init__(
        self, *, quiet: bool = False, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.quiet = quiet
        self.clock = clock
        self.console = console or screen(stderr=True)
        self._rich: Progress | None = None

    def line(self, text: str) -> None:
        """One line about what just happened."""
        if not self.quiet:
            self.console.print(redacted(text, known_secrets(os.environ)), markup=False, soft_wrap=True)

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Bar]:
        """Show one stage of `total` units while the `with` lasts."""
        bar, outer = Bar(stage=name, total=total, say=self, started=self.clock()), self._rich
        if self.quiet or not self.console.is_terminal:
            yield bar
        else:
            with Progress(
                SpinnerColumn(),
                TextColumn("{task.description:<10}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[rates]}"),
                console=self.console,
                transient=True,
            ) as self._rich:
                self._rich.add_task(name, total=total, rates="")
                yield bar
            self._rich = outer
        seconds = self.clock() - bar.started
        self.line(f"{name:<10} {bar.done} of {bar.total} units in {seconds:.1f} s  {bar.rates()}".rstrip())

    def moved(self, bar: Bar) -> None:
        """Called by a bar after each unit."""
        if self._rich is not None:
            self._rich.update(self._rich.task_ids[0], completed=bar.done, total=bar.total, rates=bar.rates())
        elif self.clock() - max(bar.last_line, bar.started) > LINE_EVERY_S:
            bar.last_line = self.clock()
            self.line(f"{bar.stage:<10} {bar.done} of {bar.total} units  {bar.rates()}".rstrip())
