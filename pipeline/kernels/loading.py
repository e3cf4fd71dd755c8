"""Prepares Numba for kernels that it finds in the cache: a first call then costs less, and does the same.

- The files of a kernel are copied from the package (`shipped`) when it is first called, not when it is imported: a
  process calls one kernel in three.
- Numba imports SciPy when the first kernel is loaded, to see whether there is a BLAS: 0.3 CPU seconds of each process.
  Here it only looks whether SciPy is installed. A kernel that multiplies matrices imports it when it is compiled.
"""

import functools
import importlib.util
from pathlib import Path
from typing import Any

from numba.core import caching

from corpusmill.pipeline.kernels import shipped

_load = caching.Cache.load_overload


def prepare() -> None:
    """Put it in place in this process; a second call does nothing."""
    caching.Cache.load_overload = _load_overload  # pyright: ignore[reportAttributeAccessIssue]  its name for self


def _load_overload(cache: Any, sig: Any, target_context: Any) -> Any:
    index = Path(cache._cache_path, cache._cache_file._index_name)
    shipped.copy(shipped.key_of(f"{index.parent.name}/{index.name}"), index.parent.parent)
    without_scipy()
    return _load(cache, sig, target_context)


@functools.cache
def without_scipy() -> None:
    """Import the module of Numba that would import SciPy, without it."""
    from numba.np import linalg

    whole = linalg.ensure_blas
    linalg.ensure_blas = require_scipy
    try:
        from numba.np import arraymath  # noqa: F401  it calls `ensure_blas` when it is imported
    finally:
        linalg.ensure_blas = whole


def require_scipy() -> None:
    """Raise ImportError, as Numba does, where SciPy is not installed."""
    if importlib.util.find_spec("scipy") is None:
        raise ImportError("scipy is not installed")
