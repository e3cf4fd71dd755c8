"""Where compiled kernels are kept, decided before any is imported, and how long."""

import functools
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

import platformdirs

from corpusmill import operators
from corpusmill.errors import NoCacheFolder
from corpusmill.pipeline.kernels import shipped, target
from corpusmill.pipeline.kernels.locator import FOLDER, digest_of, place_of

LOCATORS = "NUMBA_CACHE_LOCATOR_CLASSES"  # Numba's own variable
VARIABLE = "CORPUSMILL_CACHE"
READY = "ready-"  # begins the name of a file that says the kernels of one use are compiled
KEPT_S = 90 * 86400  # a guess


def choose() -> Path:
    """Point Numba to a folder of kernels and to the target, for this process and those it starts.

    Call before importing a kernel. The folder is CORPUSMILL_CACHE, else the user's cache folder. Where it cannot be
    written to, one in the temp folder is used, which one line on stderr says. NoCacheFolder when there is none either.
    """
    given = os.environ.get(VARIABLE)
    wish = Path(given or _of_the_user()) / "kernels"
    folder = wish if _is_writable(wish) else _temporary(wish)
    os.environ[FOLDER] = str(folder)
    os.environ[LOCATORS] = "corpusmill.pipeline.kernels.locator.Located"
    target.choose()
    return folder


def _of_the_user() -> str:
    """The user's cache folder; one that cannot exist for a user without a home."""
    try:
        return platformdirs.user_cache_dir("corpusmill")
    except (OSError, RuntimeError, KeyError):  # a user number without an entry in /etc/passwd, and no HOME
        return os.devnull


def _is_writable(folder: Path) -> bool:
    """Whether files can be made in the folder, which is made if it does not exist."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)  # also false on a file system that is mounted read-only


def _temporary(wish: Path) -> Path:
    """A folder of this user alone in the temp folder; processes started from here use it too, without a word."""
    try:
        base = Path(tempfile.gettempdir()) / f"corpusmill-{os.getuid()}"
        base.mkdir(mode=0o700, exist_ok=True)
        if base.stat().st_uid != os.getuid() or not _is_writable(base / "kernels"):  # somebody else's: code lies there
            base = Path(tempfile.mkdtemp(prefix="corpusmill-"))
            (base / "kernels").mkdir()
    except OSError as e:
        why = f"neither {wish} nor the temp folder can be written to ({e})"
        raise NoCacheFolder(f"no folder for compiled kernels: {why}; set {VARIABLE} to one that can") from e
    os.environ[VARIABLE] = str(base)
    notice = f"{wish} cannot be written to: compiled kernels are kept in {base}; set {VARIABLE} to keep them elsewhere"
    print(f"corpusmill: {notice}", file=sys.stderr)
    return base / "kernels"


def sweep(folder: Path) -> None:
    """Remove kernels that were compiled more than `KEPT_S` ago, and with any of them the word that all are there."""
    old = [p for p in folder.glob("*/*") if time.time() - p.stat().st_mtime > KEPT_S]
    told = [p for p in folder.glob(f"{READY}*") if old and p.suffix != ".lock"]
    for path in [*old, *told]:
        path.unlink(missing_ok=True)


@functools.cache
def code_digest() -> str:
    """sha256 over all files that kernels of ours lie in, and what these rest on."""
    return hashlib.sha256("".join(map(digest_of, _sources())).encode()).hexdigest()


def current(folder: Path) -> frozenset[str]:
    """Functions (`shipped.key_of`) of ours that are compiled in a folder, from the code as it is now."""
    ends = {(place_of(p), p.stem): f"-{digest_of(p)[:16]}" for p in _sources()}
    found = {shipped.key_of(p.relative_to(folder).as_posix()) for p in folder.glob("*/*.nbi")}

    def is_current(key: str) -> bool:
        place, _, name = key.partition("/")
        return key.endswith(ends.get((place, name.partition(".")[0]), " "))

    return frozenset(filter(is_current, found))


def _sources() -> list[Path]:
    return sorted(p for p in Path(operators.__file__).absolute().parent.rglob("*.py") if b"njit" in p.read_bytes())
