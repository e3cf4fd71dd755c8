"""Lists of paths, one a line, such as Common Crawl's wet.paths.gz."""

import gzip
import zlib
from collections.abc import Mapping
from typing import Any

from corpusmill.cluster.filesystems import asking, filesystem
from corpusmill.errors import InvalidPathList
from corpusmill.pipeline.config.base.addresses import SCHEME


def lines_of(address: str, storage: Mapping[str, Any]) -> list[str]:
    """The lines of a list, gzipped or not, without blank ones. InvalidPathList when it is damaged or another file."""
    with asking(address):
        raw = bytes(filesystem(address, storage).cat_file(address))  # pyright: ignore[reportArgumentType]
    try:
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    except (EOFError, OSError, zlib.error) as e:
        raise InvalidPathList(f"is a list of paths, but damaged as gzip ({e}); download it again") from e
    except UnicodeDecodeError as e:
        told = f"is no list of paths: it is not UTF-8 text ({e.reason} at byte {e.start}); a list has one path a line"
        raise InvalidPathList(told) from e
    if text.lstrip()[:1] == "<":
        raise InvalidPathList("is no list of paths: it holds HTML or XML, an error page most likely; download it again")
    return [line.strip() for line in text.splitlines() if line.strip()]


def full_address(prefix: str, line: str) -> str:
    """Where a line leads: `prefix` goes before it, unless the line is an address by itself.

    >>> full_address("s3://commoncrawl/", "crawl-data/a.gz"), full_address("/jobs/", "s3://b/a")
    ('s3://commoncrawl/crawl-data/a.gz', 's3://b/a')
    >>> full_address("/jobs/", "/data/a"), full_address("https://host", "/data/a")
    ('/data/a', 'https://host/data/a')
    """
    whole = SCHEME.match(line) or (line.startswith("/") and prefix.startswith("/") and prefix.endswith("/"))
    return line if whole else prefix + line
