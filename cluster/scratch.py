"""Makes folders for temporary files, and removes those whose process was killed.

A process holds a lock (flock) on a file in each of its folders. The system takes the lock back however the process
ends, so no process number is looked at, which another process may have by now.
"""

import contextlib
import fcntl
import functools
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PREFIX = "corpusmill-"
OWNER, FILES = "owner", "files"  # in a folder: whose it is, and what it is for
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # of Linux; another after each start of the machine


@contextmanager
def folder(kind: str = "", *, beside: str | None = None) -> Iterator[Path]:
    """A new empty folder of this user alone, removed at the end of the `with`.

    kind: a word of its name. beside: the folder to make it in, hidden; null: the machine's for temporary files. What
    killed processes left there is removed first, once in the life of a process.
    """
    there = tempfile.gettempdir() if beside is None else beside
    _sweep_once(there)
    made = Path(tempfile.mkdtemp(prefix=f"{'' if beside is None else '.'}{PREFIX}{kind}", dir=there))
    try:
        with (made / OWNER).open("w") as owner:
            _hold(owner)
            (made / FILES).mkdir(mode=0o700)
            yield made / FILES
    finally:
        _remove(made)


def sweep(there: str | None = None) -> int:
    """Remove the folders in `there` whose process was killed; how many. null: the machine's for temporary files.

    Only this user's are looked at, and only those made on this machine: a folder may be shared by several, and not
    every network file system shows the locks of the others.
    """
    removed = 0
    try:
        with os.scandir(tempfile.gettempdir() if there is None else there) as found:
            names = [e.path for e in found if e.name.startswith((PREFIX, f".{PREFIX}")) and _is_own_folder(e)]
    except OSError:  # a folder that cannot be listed can still be used
        return 0
    for name in names:
        with contextlib.suppress(OSError), open(os.open(Path(name, OWNER), os.O_RDWR | os.O_NOFOLLOW), "r+") as owner:
            if not _made_here(owner.read()):
                continue
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError while its process lives
            removed += 1
            _remove(Path(name))
    return removed


@functools.cache
def _sweep_once(there: str) -> None:
    sweep(there)


def _is_own_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.getuid()
    except OSError:  # removed by its process since it was listed
        return False


def _hold(owner: IO[str]) -> None:
    """Lock the file, then say whose it is: one that says nothing is never swept."""
    with contextlib.suppress(OSError):  # where there are no locks
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        owner.write("\n".join(_machine()))
        owner.flush()


def _machine() -> tuple[str, str]:
    """The name of this machine, and what changes when it starts anew: containers share that with their host."""
    with contextlib.suppress(OSError):
        return socket.gethostname(), BOOT_ID.read_text().strip()
    return socket.gethostname(), ""


def _made_here(owner: str) -> bool:
    """Whether a folder of this owner was made by a process of this machine."""
    host, _, boot = owner.partition("\n")
    name, started = _machine()
    return bool(owner) and (host == name or (boot == started and bool(boot)))


def _remove(made: Path) -> None:
    """Remove a folder, the file that says whose it is last: what is cut off here is swept later."""
    shutil.rmtree(made / FILES, ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)
