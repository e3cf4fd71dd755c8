"""Writes the table of kernels: `make kernel-table`, for developers.

Each use (`pipeline.stages.kernel_uses`) runs in a process of its own, which notes the kernels that Python calls. What
one compiles, the others find in the cache; at first that is empty.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from corpusmill.pipeline.kernels import cache

if TYPE_CHECKING:
    from corpusmill.pipeline.kernels.table import KernelEntry


def main() -> None:
    """Write `pipeline/kernels/table.json`, which takes the CPU time of compiling everything."""
    with tempfile.TemporaryDirectory(prefix="corpusmill-") as folder:
        os.environ.setdefault(cache.VARIABLE, folder)
        cache.choose()
        from corpusmill.pipeline.kernels import table
        from corpusmill.pipeline.stages import kernel_uses

        kernels = dict[str, table.KernelEntry]()
        uses = dict[str, list[str]]()
        for use, run in kernel_uses.every_use().items():
            found = _alone(run)
            print(f"{use}: {len(found)} kernels, {sum(k.cpu_s for k in found.values()):.1f} CPU-s", flush=True)
            uses[use] = list(found)
            for key, entry in found.items():
                if key not in kernels or entry.cpu_s > kernels[key].cpu_s:  # compiled there, loaded elsewhere
                    kernels[key] = entry
            path = Path(table.__file__).with_name(table.NAME)
            path.write_text(table.write(kernels.values(), uses), encoding="utf-8")
    print(f"{len(kernels)} kernels, {sum(k.cpu_s for k in kernels.values()):.0f} CPU-s, {len(uses)} uses")


def _alone(run: Callable[[], object]) -> "dict[str, KernelEntry]":
    """The kernels that a use calls, by key, from a process of its own that has not called any yet."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_record, args=(run, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join()


def _record(run: Callable[[], object], to: Connection) -> None:
    from corpusmill.pipeline.kernels.record import Recorder

    with Recorder() as recorder:
        run()
    to.send(recorder.kernels)


if __name__ == "__main__":
    main()
