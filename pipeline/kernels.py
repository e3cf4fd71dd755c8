"""Kernels are compiled once a machine: the first worker compiles them, the others wait and load them.

Numba keeps what it compiled beside the source. A stamp in the user's cache folder says for which code, versions and
processor that is done; without it a worker takes a file lock and runs the job's operators on two small documents.
"""

import functools
import hashlib
import os
import platform
from pathlib import Path

import llvmlite.binding
import numba
import platformdirs
from filelock import FileLock

import operators
from pipeline.identity import digest


def ready(job: str, warm: "functools.partial[None]") -> None:
    """Return when every kernel the job needs is in the machine's cache. warm: runs them all on a little input."""
    stamp = stamp_of(job)
    if stamp.exists():
        return
    stamp.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(stamp.with_suffix(".lock")):
        if not stamp.exists():
            warm()
            stamp.touch()


@functools.lru_cache(maxsize=8)
def stamp_of(job: str) -> Path:
    """The file that says the kernels of this job are compiled for this code on this machine."""
    processor = os.environ.get("NUMBA_CPU_NAME") or llvmlite.binding.get_host_cpu_name()
    told = digest(code_digest(), numba.__version__, platform.python_version(), processor, job)
    return Path(platformdirs.user_cache_dir("corpusmill")) / "kernels" / told


@functools.cache
def code_digest() -> str:
    """sha256 over the sources of all operators, and where they lie: Numba's cache is bound to the place."""
    root = Path(operators.__file__).parent
    found = hashlib.sha256(str(root).encode())
    for path in sorted(root.rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
