"""Finds the reader of a file by its name and first bytes, or what is wrong with it, before any work.

What the files of a reader look like, the reader declares: `Reader.format`.
"""

import bz2
import codecs
import functools
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import lz4.frame
import zstandard

from corpusmill.operators import load
from corpusmill.operators.contract import Reader
from corpusmill.operators.readers.framing.codecs import MAGIC, SKIPPABLE
from corpusmill.operators.readers.framing.encodings import encoded_as
from corpusmill.operators.readers.framing.zip_members import END, LOCAL, members_in
from corpusmill.operators.readers.framing.zipped import passed_over
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, longer_window
from corpusmill.operators.text.charset import utf16_without_mark

HEAD_BYTES = 512  # Zstandard and LZ4 files without a telling name want more: a whole block, 128 KiB or 4 MiB at most

COMPRESSED_NAMES = (".gz", ".gzip", ".zst", ".zstd", ".lz4", ".bz2", ZIP := ".zip")
UNREADABLE_NAMES = (".xz", ".7z", ".tar.gz", ".tar.zst", ".tar.lz4", ".tar.bz2", ".tgz", ".rar", ".br")
BZ2 = re.compile(rb"BZh[1-9]")
READERS = "readers."
JSON_ARRAY, BINARY = "a JSON array", "binary"  # what no reader reads
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
IN_UTF16 = "is text in UTF-16; say `encoding: utf-16` for this source."
ANYWAY = "or say its `format` to read what can be read"


@dataclass(frozen=True)
class Sniffed:
    """Either the name of a reader, or an error that says what was found and what to do."""

    reader: str | None = None
    error: str | None = None


def sniff(
    name: str, head: bytes, reader: str | None = None, *, max_window_mib: int = WINDOW_MIB, encoding: str | None = None
) -> Sniffed:
    """The reader for a file, from its name and its first 512 bytes (more do no harm).

    reader: the one that somebody has named for it. Then only what is certainly something else is an error: where the
    first bytes tell nothing, they may be damaged, and the rest is read.
    max_window_mib: the longest window of Zstandard that is to be held. encoding: of text files, where the job names it.

    >>> sniff("a.warc.gz", b"").reader, sniff("crawl-00001", b"WARC/1.0\\r\\nWARC-Type: warcinfo\\r\\n").reader
    ('readers.warc', 'readers.warc')
    >>> sniff("a.warc.gz", b"<!DOCTYPE html><title>404").error
    'a.warc.gz: named like WARC, but holds HTML; an error page was saved in its place? Download it again.'
    >>> sniff("a.jsonl", b"oops", "readers.jsonl").reader, sniff("a", b"PAR1", "readers.jsonl").error
    ('readers.jsonl', 'a: to be read as JSON lines, but holds Parquet; correct its `format`, or leave it out.')
    """
    low = name.lower()
    ours = reader is None or reader in readers()
    if ours and head.startswith(MAGIC["zst"]) and (told := longer_window(head, max_window_mib)):
        return Sniffed(error=f"{name}: {told}, under the `options` of this source.")
    may_be_zip = ours and (low.endswith(archives()) or (reader is not None and readers()[reader].format.zipped))
    if may_be_zip and head.startswith((LOCAL, END)):
        return _of_archive(name, head, reader)
    if reader is not None:
        return _as_named(name, head, reader, encoding)
    if low.endswith(UNREADABLE_NAMES):
        return Sniffed(error=f"{name}: this kind of archive is not read; recompress its contents with gzip or zstd.")
    if ".wat" in low.rpartition("/")[2] and _stem(low).endswith(".wat"):
        return Sniffed(error=f"{name}: WAT files hold metadata and no text; take the WET or WARC files of that crawl.")
    named = _by_name(low)
    if not head:
        return Sniffed(named) if named else Sniffed(error=_ask(f"{name}: empty, and its name tells no format"))
    inflated = _inflated(head)
    compressed = inflated is not head
    if inflated is not None and encoding is not None:
        inflated = encoded_as(inflated, encoding)
    if inflated is None:
        return Sniffed(error=f"{name}: compressed, but damaged at its very beginning; download it again, {ANYWAY}.")
    found = _by_content(inflated, low)
    if named is not None and _needs_encoding(named) and inflated.startswith(UTF16_MARKS):
        return Sniffed(error=f"{name}: {IN_UTF16}")
    if named is None:
        if found is None or found not in readers():
            return Sniffed(error=_ask(f"{name}: cannot detect the format from its name or its first bytes"))
        format_ = readers()[found].format
        if format_.certain:
            return Sniffed(found)
        told = f"its name tells no format, and it holds {format_.title}; an error page was saved in its place?"
        say = f"say `format: {_short(found)}` for this source"
        return Sniffed(error=f"{name}: {told} Download it again, or {say}.")
    title = readers()[named].format.title
    if compressed and found == named and not readers()[named].format.compressed:
        return Sniffed(error=f"{name}: compressed {title}, which cannot be read; decompress it.")
    if not inflated.strip() or _may_hold(named, found):
        return Sniffed(named)
    says = f"{name}: named like {title}, but holds"
    rename = f"rename it, or say `format: {_short(str(found))}` for this source"
    return Sniffed(error=_mismatch(says, found, rename, inflated))


def _of_archive(name: str, head: bytes, reader: str | None) -> Sniffed:
    """The reader of a zip archive: the one that the job or its own name names, else that of its first member."""
    first, content = next(((m, c) for m, c in members_in(head) if passed_over(m) is None), ("", b""))
    found = reader or _by_name(name.lower()) or _by_name(first.lower()) or _by_content(content, first.lower())
    zipped = ", ".join(_short(each) for each, cls in readers().items() if cls.format.zipped)
    if found is None or found not in readers():
        if head.startswith(END):
            return Sniffed(error=f"{name}: an empty zip archive; take it out of the paths.")
        told = f"a zip archive, and its first member {first!r} tells no format" if first else "a zip archive"
        return Sniffed(error=f"{name}: {told}; say `format:` for this source, one of {zipped}.")
    if not readers()[found].format.zipped:
        title = readers()[found].format.title
        return Sniffed(error=f"{name}: a zip archive, in which {title} is not read (only {zipped}); unpack it.")
    return Sniffed(found)


def _as_named(name: str, head: bytes, reader: str, encoding: str | None) -> Sniffed:
    """`reader`, unless what the bytes hold is certainly something else."""
    inflated = _inflated(head)
    if inflated is not None and encoding is not None:
        inflated = encoded_as(inflated, encoding)
    if reader not in readers():
        return Sniffed(reader)
    if _needs_encoding(reader) and (inflated or b"").startswith(UTF16_MARKS):
        return Sniffed(error=f"{name}: {IN_UTF16}")
    found = None if inflated is None else _by_content(inflated, name.lower())
    if found in (None, BINARY) or _may_hold(reader, found):
        return Sniffed(reader)
    says = f"{name}: to be read as {readers()[reader].format.title}, but holds"
    return Sniffed(error=_mismatch(says, found, "correct its `format`, or leave it out", head))


@functools.cache
def readers() -> Mapping[str, type[Reader]]:
    """The readers that ship, by name; each file of operators/readers is one."""
    found = {name: load.find(name) for name in load.names() if name.startswith(READERS)}
    return {name: cls for name, cls in found.items() if issubclass(cls, Reader)}


def _short(reader: str) -> str:
    return reader.removeprefix(READERS)


def _may_hold(reader: str, found: str | None) -> bool:
    """Whether files of `reader` may begin as `found` does: their own format, one with the same magic, any text."""
    ours = readers()[reader].format
    theirs = readers()[found].format if found is not None and found in readers() else None
    if found is None and ours.magic is None and ours.opening is None:
        return True
    if found == reader or (theirs is not None and theirs.magic is not None and theirs.magic == ours.magic):
        return True
    return ours.any_text and (found in (None, JSON_ARRAY) or (theirs is not None and theirs.opening is not None))


def _needs_encoding(reader: str) -> bool:
    """Whether a reader decodes text itself: what makes `content` hands the bytes on."""
    cls = readers()[reader]
    return cls.format.any_text and "text" in cls.makes


def _stem(low: str) -> str:
    return next((low[: -len(end)] for end in COMPRESSED_NAMES if low.endswith(end)), low)


def archives() -> tuple[str, ...]:
    """Endings of the names of zip archives."""
    return (ZIP, *(end for cls in readers().values() for end in cls.format.archives))


def _by_name(low: str) -> str | None:
    stem = _stem(low)
    endings = [(end, name) for name, cls in readers().items() for end in (*cls.format.suffixes, *cls.format.archives)]
    fitting = [(len(end), name) for end, name in endings if stem.endswith(end)]
    return max(fitting)[1] if fitting else None


def _by_content(head: bytes, low: str) -> str | None:
    """A reader, or a word for what is none, or None when nothing tells."""
    formats = {name: cls.format for name, cls in readers().items()}
    fitting = [name for name, format_ in formats.items() if format_.magic is not None and format_.magic.match(head)]
    # of formats with the same magic the one that the name or the bytes inside tell, else the one that needs no telling
    for name in sorted(fitting, key=lambda n: formats[n].inside is None):
        inside = formats[name].inside
        if inside is None or inside in head or any(end in low for end in formats[name].suffixes):
            return name
    start = _in_bytes(head).removeprefix(b"\xef\xbb\xbf").lstrip()
    for name, format_ in formats.items():
        if format_.opening is not None and format_.opening.match(start):
            return name
    if start.startswith(b"["):
        return JSON_ARRAY
    return BINARY if b"\x00" in start else None


def _in_bytes(head: bytes) -> bytes:
    """The head in UTF-8 where it is in UTF-16, by its mark or by a first tag; else as it is."""
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return encoded_as(head, codec)
    unmarked = utf16_without_mark(head)
    return encoded_as(head, unmarked) if unmarked else head


def _inflated(head: bytes) -> bytes | None:
    """What the first bytes inflate to, themselves when they are not compressed; None when they cannot be inflated."""
    try:
        if head.startswith(MAGIC["gz"]):
            return zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
        if BZ2.match(head):
            return bz2.BZ2Decompressor().decompress(head, 1 << 16)  # nothing of a block that is longer than the head
        if head.startswith(MAGIC["lz4"]):
            return lz4.frame.LZ4FrameDecompressor().decompress(head, 1 << 16)
        if head.startswith(MAGIC["zst"]):
            if longer_window(head, WINDOW_MIB):
                return b""  # too much to hold for a first look: its name is to tell
            return zstandard.ZstdDecompressor().decompressobj().decompress(head)
    except (zlib.error, OSError, RuntimeError, zstandard.ZstdError):
        return None
    return b"" if head[1:4] == SKIPPABLE else head


def _mismatch(says: str, found: str | None, remedy: str, head: bytes) -> str:
    """What is wrong with a file that holds `found`. remedy: where a reader would take it."""
    if found == JSON_ARRAY:
        return f"{says} {JSON_ARRAY}; write one object a line (for example `jq -c '.[]'`)."
    if found is not None and found in readers():
        format_ = readers()[found].format
        remedy = f"{remedy}." if format_.certain else "an error page was saved in its place? Download it again."
        return f"{says} {format_.title}; {remedy}"
    return f"{says} something else, which begins {head[:16]!r}; check what was downloaded, {ANYWAY}."


def _ask(what: str) -> str:
    known = ", ".join(_short(name) for name, cls in readers().items() if cls.format.title)
    return f"{what}; say `format:` for this source, one of {known}."
