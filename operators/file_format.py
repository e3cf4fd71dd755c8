"""How the files of a reader are recognised, and cut into spans that are read apart."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A stretch of a file: every record that BEGINS in [start, end) belongs to it, wherever it ends.

    Of compressed lines: every line whose member begins there, less the end of the line that the span before began.
    """

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """Describes the files of a reader, so that they are recognised before any work (operators.sniff).

    title: how messages call the format; empty for a reader whose files are never recognised.
    suffixes: endings of names, lower case with their dot, without that of a compression.
    magic: matches the first bytes, decompressed. opening: matches the first bytes of the text in them, in UTF-8 without
    byte order mark and leading white space. inside: of formats with the same magic, bytes that tell this one.
    compressed: whether its files may be compressed as a whole (gzip, Zstandard, LZ4), with that ending after theirs.
    zipped: whether it also reads them as members of a zip archive. archives: endings of such archives, beside .zip.
    certain: whether magic or opening alone choose this reader; if not, the name or the job file has to.
    any_text: whether any text is such a file, whatever it begins with.
    archive: whether its records carry addresses (URLs) of their own.
    sample: bytes of the smallest file, read once to compile the kernels of the reader; empty if it has none.
    """

    title: str = ""
    suffixes: tuple[str, ...] = ()
    magic: re.Pattern[bytes] | None = None
    opening: re.Pattern[bytes] | None = None
    inside: bytes | None = None
    compressed: bool = True
    zipped: bool = False
    archives: tuple[str, ...] = ()
    certain: bool = True
    any_text: bool = False
    archive: bool = False
    sample: bytes = b""
