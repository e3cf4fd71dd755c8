"""Maps large models into memory, so that the processes of a node share one copy.

A model is large from MAPPED_BYTES on, such as those of GlotLID (1.7 GB) and OpenLID (1.2 GB). A file on this machine is
mapped where it is; one in a store is copied once to a folder of the node's own, under a name of its address, size and
tag, and mapped there. Pages are private when written, which nothing does.
"""

import hashlib
import mmap
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, cast

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from corpusmill.cluster import scratch

MAPPED_BYTES = 64 << 20
FASTTEXT = (793712314).to_bytes(4, "little")  # how the files of fastText begin
FOLDER = "corpusmill-models"  # in the node's folder for temporary files


def mapped(fs: AbstractFileSystem, path: str) -> mmap.mmap | None:
    """The file, mapped, where it is a large fastText model; None for any other, to be read as usual."""
    about = fs.info(path)
    if int(about.get("size") or 0) < MAPPED_BYTES or bytes(cast(bytes, fs.cat_file(path, start=0, end=4))) != FASTTEXT:
        return None
    local = path if isinstance(fs, LocalFileSystem) else str(_copy(fs, path, about))
    with open(local, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)


def _copy(fs: AbstractFileSystem, path: str, about: dict[str, object]) -> Path:
    """A copy on this node, made by the first process that needs it."""
    told = repr(
        [fs.to_json(), path, about.get("size"), *(str(about.get(k)) for k in ("ETag", "etag", "md5Hash", "mtime"))]
    )
    folder = Path(tempfile.gettempdir(), f"{FOLDER}-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise OSError(f"{folder} is another user's; set TMPDIR to a folder of your own")
    there = folder / hashlib.sha256(told.encode()).hexdigest()[:32]
    if not there.exists():
        with scratch.folder() as new:
            with tempfile.NamedTemporaryFile(dir=new, delete=False) as file, fs.open(path, "rb") as source:
                shutil.copyfileobj(cast(IO[bytes], source), file, 16 << 20)
            os.replace(file.name, there)
    return there
