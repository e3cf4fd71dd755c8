"""What tells one content of a file from another without reading it: the store's own tag, or a look at a few places."""

import hashlib
import os
from collections.abc import Mapping
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from corpusmill.cluster.storage import etag_of

BLOCK_BYTES = 16 << 10
BLOCKS = 16  # spread over the file, the first and the last bytes among them; a smaller file is read whole


def content_tag(fs: AbstractFileSystem, info: Mapping[str, Any]) -> str:
    """As `etag_of`; of a local file also a digest of up to 256 KiB of its content.

    A file may be replaced by one of the same size that keeps the old time (`cp -p`, `touch -r`, archives, clocks of a
    second). Its inode and the time of its status would show that, but also `chmod`, a backup, and a copy on another
    node that has the same bytes under the same path.
    """
    if not isinstance(fs, LocalFileSystem):
        return etag_of(info)
    return f"{etag_of(info)}-{digest_of_places(str(info['name']))}"


def digest_of_places(path: str) -> str:
    """16 hexadecimal digits of a local file's content; "unread" where it may not be read."""
    found = hashlib.blake2b(digest_size=8)
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            for start in places(size):
                found.update(os.pread(file.fileno(), BLOCK_BYTES, start))
    except OSError:
        return "unread"
    return found.hexdigest()


def places(size: int) -> list[int]:
    """Where the blocks begin that are looked at, of a file of `size` bytes.

    >>> places(0), places(20_000), places(1 << 30)[:2], places(1 << 30)[-1] == (1 << 30) - BLOCK_BYTES
    ([], [0, 16384], [0, 71581696], True)
    """
    if size <= BLOCKS * BLOCK_BYTES:
        return list(range(0, size, BLOCK_BYTES))
    return [(size - BLOCK_BYTES) * n // (BLOCKS - 1) for n in range(BLOCKS)]
