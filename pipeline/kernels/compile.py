"""Kernels are compiled once a machine: the first worker compiles them, the others wait, then load them.

A stamp beside Numba's cache says for which versions, processor and use that is done; a process that finds none takes a
file lock and runs the kernels on a little input.
"""

import functools
import os
import platform
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import llvmlite.binding
import numba
from filelock import FileLock

from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.kernels import cache as kernel_cache
from corpusmill.pipeline.kernels.locator import FOLDER


class Waited(NamedTuple):
    """Seconds by the clock, and of CPU."""

    wall_s: float
    cpu_s: float


_waited: list[Waited] = []  # at most one entry a use


def once(use: str, warm: Callable[[], object]) -> None:
    """Return when the kernels of a use are in this machine's cache. warm: runs them, in one process at a time."""
    stamp = stamp_of(use)
    if stamp.exists():
        return
    started, cpu = time.perf_counter(), time.process_time()
    with FileLock(stamp.with_suffix(".lock")):
        if not stamp.exists():
            kernel_cache.sweep(stamp.parent)
            warm()
            stamp.touch()
    _waited.append(Waited(time.perf_counter() - started, time.process_time() - cpu))


def waited() -> Waited:
    """What this process has spent so far on kernels that were not compiled yet: no part of the work of a unit."""
    return Waited(sum(each.wall_s for each in _waited), sum(each.cpu_s for each in _waited))


def announce(uses: Iterable[str], tell: Callable[[str], object]) -> None:
    """Say so when kernels of these uses are yet to be compiled on this machine."""
    if not all(stamp_of(use).exists() for use in uses):
        tell("compiling the kernels of these steps (once per machine, up to a minute)")


@functools.lru_cache(maxsize=64)
def stamp_of(use: str) -> Path:
    """The file that says the kernels of this use, in this code, are compiled on this machine."""
    processor = os.environ.get("NUMBA_CPU_NAME") or llvmlite.binding.get_host_cpu_name()
    folder = Path(os.environ.get(FOLDER) or kernel_cache.choose())
    versions = numba.__version__, platform.python_version(), processor, kernel_cache.code_digest()
    return folder / f"{kernel_cache.READY}{digest(*versions, use)}"
