"""Where compiled kernels are kept, decided before any is imported: a folder for exactly this code.

Numba notices when a kernel's own file changes, but not when a kernel it calls from another file does: it would go on
with the old one. So the folder's name holds a digest of all sources.
"""

import functools
import hashlib
import os
import shutil
import time
from importlib.util import find_spec
from pathlib import Path

import platformdirs

VARIABLE = "NUMBA_CACHE_DIR"
KEPT_S = 30 * 86400  # folders of other versions of the code go when they are older; other checkouts may still use them


def choose() -> Path:
    """Point Numba to this code's folder, for this process and those it starts. Call before importing an operator."""
    base = Path(os.environ.get("CORPUSMILL_CACHE") or platformdirs.user_cache_dir("corpusmill")) / "kernels"
    folder = base / code_digest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)
    os.utime(folder)
    for other in base.iterdir():
        if time.time() - other.stat().st_mtime > KEPT_S:
            shutil.rmtree(other, ignore_errors=True)
    return folder


@functools.cache
def code_digest() -> str:
    """sha256 over the sources of all operators and stages that kernels lie in, and where they lie."""
    found = hashlib.sha256()
    for package in ("operators", "pipeline"):
        spec = find_spec(package)
        assert spec is not None, package
        assert spec.origin is not None, package
        root = Path(spec.origin).parent
        found.update(str(root).encode())
        for path in sorted(root.rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()
