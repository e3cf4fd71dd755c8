"""Measures a unit where it runs: its seconds and the peak memory of its process, beside what it returns."""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from corpusmill.pipeline.kernels import compile

MEASURED = "measured"  # the key under which a measured unit adds them; no stage returns one of that name
PER_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of a unit of ru_maxrss


class Figures(TypedDict):
    """Seconds that a unit ran, less what the process waited for kernels to be compiled, and the peak bytes of its
    process so far.
    """

    seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Measured:
    """A task that measures itself; travels to the workers."""

    task: Callable[[Mapping[str, Any]], Mapping[str, Any]]

    def __call__(self, unit: Mapping[str, Any]) -> Mapping[str, Any]:
        started, waited = time.perf_counter(), compile.waited_s()
        counts = self.task(unit)
        seconds = time.perf_counter() - started - (compile.waited_s() - waited)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PER_UNIT
        return {**counts, MEASURED: {"seconds": max(seconds, 0.0), "peak_bytes": peak}}


def split(counts: Mapping[str, Any]) -> tuple[Mapping[str, Any], Figures]:
    """What a unit returned, and what was measured of it: 0 seconds of a unit that was not.

    >>> split({"documents": 2, "measured": {"seconds": 1.5, "peak_bytes": 10}})
    ({'documents': 2}, {'seconds': 1.5, 'peak_bytes': 10})
    """
    rest = {key: value for key, value in counts.items() if key != MEASURED}
    return rest, Figures(**counts.get(MEASURED, {"seconds": 0.0, "peak_bytes": 0}))
