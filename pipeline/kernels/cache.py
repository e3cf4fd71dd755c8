"""Where compiled kernels are kept, decided before any is imported, and how long."""

import functools
import hashlib
import os
import time
from pathlib import Path

import platformdirs

from corpusmill import operators
from corpusmill.pipeline.kernels.locator import FOLDER, digest_of

LOCATORS = "NUMBA_CACHE_LOCATOR_CLASSES"  # Numba's own variable
READY = "ready-"  # begins the name of a file that says the kernels of one use are compiled
KEPT_S = 90 * 86400  # a guess


def choose() -> Path:
    """Point Numba to the user's folder of kernels, for this process and those it starts. Call before importing one."""
    folder = Path(os.environ.get("CORPUSMILL_CACHE") or platformdirs.user_cache_dir("corpusmill")) / "kernels"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[FOLDER] = str(folder)
    os.environ[LOCATORS] = "corpusmill.pipeline.kernels.locator.Located"
    return folder


def sweep(folder: Path) -> None:
    """Remove kernels that were compiled more than `KEPT_S` ago, and with any of them the word that all are there."""
    old = [p for p in folder.glob("*/*") if time.time() - p.stat().st_mtime > KEPT_S]
    told = [p for p in folder.glob(f"{READY}*") if old and p.suffix != ".lock"]
    for path in [*old, *told]:
        path.unlink(missing_ok=True)


@functools.cache
def code_digest() -> str:
    """sha256 over all files that kernels of ours lie in, and what these rest on."""
    files = sorted(p for p in Path(operators.__file__).absolute().parent.rglob("*.py") if b"njit" in p.read_bytes())
    return hashlib.sha256("".join(map(digest_of, files)).encode()).hexdigest()
