"""Compiles many kernels in several processes, each kernel once, the dearest first."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from corpusmill.pipeline.kernels.table import KernelEntry

WORKER = "corpusmill.pipeline.kernels.worker"


@dataclass(frozen=True, kw_only=True)
class State:
    """How far compiling is. seconds_remaining: an estimate, from the table and from how fast it went so far."""

    done: int
    total: int
    compiling: Sequence[str]
    seconds_remaining: float


class Progress:
    """Counts what is done, and estimates what is left. Used by several threads."""

    def __init__(self, kernels: Sequence[KernelEntry], processes: int, show: Callable[[State], None]) -> None:
        self._left = list(kernels)
        self._total, self._processes, self._show = len(kernels), processes, show
        self._under_way: list[KernelEntry] = []
        self._lock, self._started = threading.Lock(), time.monotonic()
        self._expected_s = self._table_s()

    def begin(self, kernel: KernelEntry) -> None:
        """A kernel is being compiled."""
        with self._lock:
            self._under_way.append(kernel)
            self._show(self._state())

    def end(self, kernel: KernelEntry) -> None:
        """A kernel is compiled."""
        with self._lock:
            self._under_way.remove(kernel)
            self._left.remove(kernel)
            self._show(self._state())

    def _table_s(self) -> float:
        """What is left at the speed of the table: the work shared among processes, or the dearest kernel alone."""
        return max(sum(k.cpu_s for k in self._left) / self._processes, max((k.cpu_s for k in self._left), default=0.0))

    def _state(self) -> State:
        left, passed = self._table_s(), time.monotonic() - self._started
        prior = self._expected_s / 4  # the table's speed counts until a quarter is done, then this machine's
        slower = (passed + prior) / (self._expected_s - left + prior) if self._expected_s else 1.0
        names = tuple(k.name.rpartition(".")[2].replace(":", ".") for k in self._under_way)
        return State(
            done=self._total - len(self._left), total=self._total, compiling=names, seconds_remaining=left * slower
        )


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compile_all(kernels: Sequence[KernelEntry], show: Callable[[State], None], processes: int | None = None) -> None:
    """Compile these kernels into the cache. show: called whenever one begins or ends. processes: null is one a core.

    A process that dies leaves the rest to the others; what none of them compiled is compiled at its first use.
    """
    if not kernels:
        return
    count = min(processes or cores(), len(kernels))
    progress, waiting = Progress(kernels, count, show), queue.SimpleQueue[KernelEntry]()
    for kernel in kernels:
        waiting.put(kernel)
    children = [_child() for _ in range(count)]
    threads = [threading.Thread(target=_feed, args=(c, waiting, progress), daemon=True) for c in children]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        for child in children:
            child.kill()
            child.communicate()


def _child() -> "subprocess.Popen[str]":
    found = filter(None, [*sys.path, os.getcwd()])
    return subprocess.Popen(
        [sys.executable, "-m", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
        text=True,
    )


def _feed(child: "subprocess.Popen[str]", waiting: "queue.SimpleQueue[KernelEntry]", progress: Progress) -> None:
    """Give a process one kernel after another until there are no more, or it has died."""
    assert child.stdin is not None
    assert child.stdout is not None
    while True:
        try:
            kernel = waiting.get_nowait()
        except queue.Empty:
            return
        progress.begin(kernel)
        try:
            child.stdin.write(json.dumps([kernel.name, kernel.types]) + "\n")
            child.stdin.flush()
            answered = bool(child.stdout.readline())
        except OSError:
            answered = False
        progress.end(kernel)
        if not answered:
            return
