"""What a path of an input is: which reader its name asks for, and whether it is a list of files.

Readers are imported by the functions that need them: an address alone can be read without.
"""

import re

AUTO = "auto"

LIST_ENDING = re.compile(r"\.paths(?:\.gz)?$")
LIST_MARK = "list:"


def formats() -> tuple[str, ...]:
    """The formats that ship, sorted: the name of each file of operators/readers."""
    from corpusmill.operators import load
    from corpusmill.operators.sniff import READERS

    return tuple(name.removeprefix(READERS) for name in load.names() if name.startswith(READERS))


def reader_name(format_: str) -> str:
    """The operator that reads a format: one that ships, or a user's own class, whose name has a dot.

    >>> reader_name("warc"), reader_name("my_package.feed.Feed")
    ('readers.warc', 'my_package.feed.Feed')
    """
    from corpusmill.operators.sniff import READERS

    return format_ if "." in format_ else f"{READERS}{format_}"


def format_of(name: str) -> str | None:
    """The format a file's name asks for, one of `formats()`; null when its ending tells nothing.

    >>> format_of("s3://b/CC-MAIN-2026-00001.warc.wet.gz"), format_of("a/*.jsonl.zst"), format_of("folder/")
    ('wet', 'jsonl', None)
    """
    from corpusmill.operators.sniff import READERS, sniff

    reader = sniff(name, b"").reader
    return reader.removeprefix(READERS) if reader else None


def list_address(path: str) -> str | None:
    """Where the list of files lies that `path` names; null when `path` is files itself.

    >>> list_address("wet.paths.gz"), list_address("list:mine.txt"), list_address("mine.txt")
    ('wet.paths.gz', 'mine.txt', None)
    """
    if path.startswith(LIST_MARK):
        return path.removeprefix(LIST_MARK)
    return path if LIST_ENDING.search(path) else None
