"""Kernels are compiled once a machine: the first worker compiles them, the others wait, then load them.

Numba keeps what it compiled beside the source, or in the user's cache folder. A stamp there says for which code,
versions, processor and use that is done; a process that finds none takes a file lock and runs the kernels on a little
input.
"""

import functools
import hashlib
import os
import platform
from collections.abc import Callable
from pathlib import Path

import llvmlite.binding
import numba
import platformdirs
from filelock import FileLock

import operators
from pipeline.identity import digest


def once(use: str, warm: Callable[[], object]) -> None:
    """Return when the kernels of a use are in this machine's cache. warm: runs them; called by one process at a time."""
    stamp = stamp_of(use)
    if stamp.exists():
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(stamp.with_suffix(".lock")):
        if not stamp.exists():
            warm()
            stamp.touch()


def are_ready(use: str) -> bool:
    """Whether the kernels of a use need no compiling on this machine."""
    return stamp_of(use).exists()


@functools.lru_cache(maxsize=64)
def stamp_of(use: str) -> Path:
    """The file that says the kernels of this use are compiled for this code on this machine."""
    processor = os.environ.get("NUMBA_CPU_NAME") or llvmlite.binding.get_host_cpu_name()
    told = digest(code_digest(), numba.__version__, platform.python_version(), processor, use)
    return Path(platformdirs.user_cache_dir("corpusmill")) / "kernels" / told


@functools.cache
def code_digest() -> str:
    """sha256 over the sources of all operators, and where they lie: Numba's cache is bound to the place."""
    root = Path(operators.__file__).parent
    found = hashlib.sha256(str(root).encode())
    for path in sorted(root.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
