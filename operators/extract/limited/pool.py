"""The parent's side: one child a process and a setting, replaced when it was ended or has served its pages."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
import threading
import weakref
from dataclasses import dataclass
from typing import Any

from corpusmill.operators.extract.limited.child import receive, send


@dataclass(frozen=True)
class Settings:
    """What a child is told when it starts.

    options: keyword arguments of trafilatura.extract, as pairs, so that settings can be a key.
    """

    time_limit_s: float
    memory_limit_bytes: int
    pages_per_process: int
    options: tuple[tuple[str, Any], ...]


class Child:
    """A process that answers pages one after the other."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._pages = 0
        self._turn = threading.Lock()  # threads of a process share the child

    def ask(self, page: str) -> dict[str, str | None]:
        """The child's answer; {"failure": ...} when the page had to be ended or the child died of it."""
        with self._turn:
            return self._reply(page)

    def _reply(self, page: str) -> dict[str, str | None]:
        if self._pages >= self._settings.pages_per_process:
            self.close()
        process = self._process or self._started()
        self._pages += 1
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, page)  # pyright: ignore[reportArgumentType] # a pipe is a BinaryIO
            return receive(process.stdout)  # pyright: ignore[reportArgumentType]
        except (EOFError, BrokenPipeError):
            code = process.wait()
            self.close()
            if code in (-signal.SIGPROF, -signal.SIGALRM):
                return {"failure": f"time_limit: above {self._settings.time_limit_s:g} s"}
            return {"failure": f"extractor_died: exit {code}"}

    def close(self) -> None:
        """End the child, if there is one; the next page starts another."""
        process, self._process, self._pages = self._process, None, 0
        if process is not None:
            _end(process)

    def _started(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(p for p in sys.path if p)
        process = subprocess.Popen(
            [sys.executable, "-m", "corpusmill.operators.extract.limited.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert process.stdin is not None
        told = self._settings
        send(
            process.stdin,  # pyright: ignore[reportArgumentType]
            {
                "time_limit_s": told.time_limit_s,
                "memory_limit_bytes": told.memory_limit_bytes,
                "options": dict(told.options),
            },
        )
        self._process = process
        weakref.finalize(self, _end, process)
        return process


@functools.cache
def child_for(settings: Settings) -> Child:
    """This process's child for these settings."""
    return Child(settings)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()
