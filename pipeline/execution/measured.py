"""Measures a unit where it runs: its time, its CPU time and the peak memory of its process, beside what it returns."""

import contextlib
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from corpusmill.pipeline.events.counts import Figures
from corpusmill.pipeline.kernels import compile

MEASURED = "measured"  # the key under which a measured unit adds them; no stage returns one of that name
PER_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of a unit of ru_maxrss
NOTHING = Figures(seconds=0.0, cpu_seconds=0.0, first=True, peak_bytes=0, read_cpu_seconds=0.0)

_begun: set[str] = set()  # stages that this process has run a unit of


T = TypeVar("T")


@dataclass
class Reading:
    """CPU seconds that this process has read records for: all that is done with each, in a sample or not."""

    cpu_s: float = 0.0

    @contextlib.contextmanager
    def timing(self) -> Iterator[None]:
        """Add up what the body of a `with` takes."""
        began = time.process_time()
        try:
            yield
        finally:
            self.cpu_s += time.process_time() - began

    def timed(self, batches: Iterator[T]) -> Iterator[T]:
        """The same batches; what each takes to come is added up."""
        while True:
            began = time.process_time()
            batch = next(batches, None)
            self.cpu_s += time.process_time() - began
            if batch is None:
                return
            yield batch


reading = Reading()


@dataclass(frozen=True)
class Measured:
    """A task of a stage that measures itself; travels to the workers.

    here: it runs in the process of the job, whose memory says nothing about what a unit needs.
    """

    task: Callable[[Any], Mapping[str, Any]]
    stage: str
    here: bool = False

    def __call__(self, unit: Mapping[str, Any]) -> Mapping[str, Any]:
        first = self.stage not in _begun
        _begun.add(self.stage)
        before, waited, read = (time.perf_counter(), time.process_time()), compile.waited(), reading.cpu_s
        counts = self.task(unit)
        wall, cpu = time.perf_counter() - before[0], time.process_time() - before[1]
        since = compile.waited()
        figures = Figures(
            seconds=round(max(wall - (since.wall_s - waited.wall_s), 0.0), 4),
            cpu_seconds=round(max(cpu - (since.cpu_s - waited.cpu_s), 0.0), 4),
            first=first,
            read_cpu_seconds=round(reading.cpu_s - read, 4),
            peak_bytes=0 if self.here else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PER_UNIT,
        )
        return {**counts, MEASURED: figures}


def split(counts: Mapping[str, Any]) -> tuple[Mapping[str, Any], Figures]:
    """What a unit returned, and what was measured of it: nothing of a unit that was not.

    >>> split({"documents": 2, "measured": {"seconds": 1.5}})
    ({'documents': 2}, {'seconds': 1.5})
    """
    rest = {key: value for key, value in counts.items() if key != MEASURED}
    return rest, counts.get(MEASURED, NOTHING)
