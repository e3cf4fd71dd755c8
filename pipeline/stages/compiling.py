"""Compiles the kernels of uses with all cores, each once, and shows how far it is."""

import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from corpusmill.pipeline.execution.progress import LINE_EVERY_S, Display, counted
from corpusmill.pipeline.kernels import cache, parallel, shipped
from corpusmill.pipeline.kernels import compile as kernels

EVERY_S = 0.2  # how often the bar moves


class Compiling:
    """Kernels under way in the background, from the moment this is made."""

    def __init__(self, uses: Iterable[str], display: Display) -> None:
        """Begin with what the cache lacks of these uses; kernels that came with the package are left to be loaded."""
        self.display = display
        self._uses = kernels.missing(uses)
        self._state: parallel.State | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._compile, name="compiling", daemon=True)
        if self._uses:
            self._thread.start()

    def _compile(self) -> None:
        try:
            kernels.compile_uses(self._uses, self._show)
        except BaseException as e:
            self._error = e

    def _show(self, state: parallel.State) -> None:
        self._state = state

    def finish(self) -> None:
        """Wait until all are compiled, with a bar on a terminal, a line now and then in a log."""
        if not self._thread.is_alive() and self._error is None:
            return
        if self.display.quiet or not self.display.console.is_terminal:
            self._finish_in_log()
        else:
            self._finish_with_bar()
        if self._error is not None:
            raise self._error

    def _finish_in_log(self) -> None:
        said = 0.0
        while self._thread.is_alive():
            if time.monotonic() - said > LINE_EVERY_S and self._state is not None:
                said = time.monotonic()
                self.display.line(f"compiling for this machine, once: {_words(self._state)}")
            self._thread.join(EVERY_S)

    def _finish_with_bar(self) -> None:
        whole = Column(no_wrap=True)
        columns = [TextColumn("compiling, once", table_column=whole), BarColumn(bar_width=20)]
        columns += [TextColumn("{task.description}", table_column=whole)]
        with Progress(*columns, console=self.display.console, transient=True) as progress:
            task = progress.add_task("", total=None)
            while self._thread.is_alive():
                if (state := self._state) is not None:
                    words = f"{_words(state)}  {', '.join(state.compiling)}"
                    progress.update(task, completed=state.done, total=state.total, description=words)
                self._thread.join(EVERY_S)


def compile_kernels(uses: Iterable[str], display: Display) -> None:
    """Compile what these uses need and the cache has not."""
    Compiling(uses, display).finish()


def send_along(uses: Iterable[str], package: Path, display: Display) -> None:
    """Complete a copy of the package with compiled kernels, where it has none: nodes of this kind compile nothing."""
    if shipped.are_all(cache.code_digest()):
        return
    compile_kernels(uses, display)
    shutil.rmtree(package / shipped.folder().name, ignore_errors=True)
    made = cache.choose()
    shipped.write(made, cache.current(made), package / shipped.folder().name, cache.code_digest())


def _words(state: parallel.State) -> str:
    return f"{state.done} of {counted(state.total, 'kernel')}, about {state.seconds_remaining:.0f} s left"
