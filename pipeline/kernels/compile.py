"""Kernels are compiled once a machine: the first process compiles them with all cores, the others wait and load them.

A stamp beside Numba's cache says for which versions, processor and use that is done. A process that finds none takes a
file lock, compiles what the table of kernels names, and runs the kernels on a little input.
"""

import functools
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numba
from filelock import FileLock, Timeout

from corpusmill.pipeline.files.ids import digest
from corpusmill.pipeline.kernels import cache as kernel_cache
from corpusmill.pipeline.kernels import parallel, shipped, table
from corpusmill.pipeline.kernels.locator import FOLDER
from corpusmill.pipeline.kernels.target import target

LOCK = "compiling.lock"
STATE = "compiling.json"  # how far the process is that has the lock, for those that wait
LOOK_S = 0.3  # how often these look


class Waited(NamedTuple):
    """Seconds by the clock, and of CPU."""

    wall_s: float
    cpu_s: float


_waited: list[Waited] = []  # at most one entry a use


def once(use: str, warm: Callable[[], object], uses: Iterable[str] = ()) -> None:
    """Return when the kernels of a use are in this machine's cache. warm: runs them, in one process at a time.

    uses: the names in the table of kernels (`pipeline.stages.kernel_uses`) that it consists of.
    Where the package brings all kernels along there is nothing to wait for: each is loaded at its first use.
    """
    stamp = stamp_of(use)
    if stamp.exists() or shipped.are_all(kernel_cache.code_digest()):
        return
    started, cpu = time.perf_counter(), time.process_time()
    with FileLock(stamp.with_suffix(".lock")):
        if not stamp.exists():
            kernel_cache.sweep(stamp.parent)
            compile_uses(uses, lambda _: None)
            warm()
            stamp.touch()
    _waited.append(Waited(time.perf_counter() - started, time.process_time() - cpu))


def waited() -> Waited:
    """What this process has spent so far on kernels that were not compiled yet: no part of the work of a unit."""
    return Waited(sum(each.wall_s for each in _waited), sum(each.cpu_s for each in _waited))


def compile_uses(uses: Iterable[str], show: Callable[[parallel.State], None]) -> None:
    """Compile what the table names for these uses, with all cores; wait where another process is doing so."""
    if not (names := missing(uses)):
        return
    folder = _folder()
    lock = FileLock(folder / LOCK)
    while True:
        try:
            lock.acquire(timeout=LOOK_S)
            break
        except Timeout:
            if (state := _state(folder / STATE)) is not None:
                show(state)
    try:
        names = missing(names)

        def both(state: parallel.State) -> None:
            (folder / f"{STATE}.new").write_text(json.dumps(asdict(state)), encoding="utf-8")
            os.replace(folder / f"{STATE}.new", folder / STATE)
            show(state)

        parallel.compile_all(table.table().needed(names), both)
        for use in names:
            stamp_of(f"use {use}").touch()
        (folder / STATE).unlink(missing_ok=True)
    finally:
        lock.release()


def missing(uses: Iterable[str]) -> Sequence[str]:
    """Those uses whose kernels are yet to be compiled here; none where the package brings all kernels along."""
    return (
        []
        if shipped.are_all(kernel_cache.code_digest())
        else [use for use in uses if not stamp_of(f"use {use}").exists()]
    )


def announce(uses: Iterable[str], tell: Callable[[str], object]) -> None:
    """Say so when kernels of these uses are yet to be compiled on this machine."""
    if not shipped.are_all(kernel_cache.code_digest()) and not all(stamp_of(use).exists() for use in uses):
        tell("loading the kernels of these steps (once per machine; those it lacks are compiled)")


@functools.lru_cache(maxsize=256)
def stamp_of(use: str) -> Path:
    """The file that says the kernels of this use, in this code, are compiled on this machine."""
    versions = numba.__version__, platform.python_version(), target(), kernel_cache.code_digest()
    return _folder() / f"{kernel_cache.READY}{digest(*versions, use)}"


def _folder() -> Path:
    return Path(os.environ.get(FOLDER) or kernel_cache.choose())


def _state(path: Path) -> parallel.State | None:
    try:
        return parallel.State(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
