"""Which reader a file wants, told by its name and its first bytes; or what is wrong with it, before any work."""

import codecs
import zlib
from dataclasses import dataclass

import lz4.frame
import zstandard

from corpusmill.operators.readers.framing.codecs import MAGIC, SKIPPABLE
from corpusmill.operators.readers.framing.encodings import encoded_as
from corpusmill.operators.readers.framing.warc_head import WARC
from corpusmill.operators.readers.framing.zstd_window import WINDOW_MIB, longer_window
from corpusmill.operators.text.charset import utf16_without_mark

HEAD_BYTES = 512  # Zstandard and LZ4 files without a telling name want more: a whole block, 128 KiB or 4 MiB at most

COMPRESSED_NAMES = (".gz", ".gzip", ".zst", ".zstd", ".lz4")
UNREADABLE_NAMES = (".bz2", ".xz", ".zip", ".7z", ".tar", ".tgz", ".rar", ".br")
BY_NAME = {
    ".wet": "readers.wet",
    ".warc": "readers.warc",
    ".arc": "readers.arc",
    ".jsonl": "readers.jsonl",
    ".ndjson": "readers.jsonl",
    ".json": "readers.jsonl",
    ".parquet": "readers.parquet",
    ".pq": "readers.parquet",
    ".txt": "readers.plain",
    ".text": "readers.plain",
    ".md": "readers.plain",
    ".html": "readers.html",
    ".htm": "readers.html",
    ".xhtml": "readers.html",
}
HTML_OPENINGS = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<error", b"<h1", b"<title")
WHAT = {"readers.wet": "WET", "readers.warc": "WARC", "readers.arc": "ARC", "readers.jsonl": "JSON lines",
        "readers.parquet": "Parquet", "readers.plain": "plain text", "readers.html": "HTML"}  # fmt: skip
# What files of these readers may seem to hold by their first bytes: the step that extracts, or the reader, decides.
OPEN_TO = {
    "readers.plain": (None, "HTML", "JSON", "readers.jsonl"),
    "readers.html": (None, "HTML", "JSON", "readers.jsonl"),
}
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
IN_UTF16 = "is text in UTF-16; say `encoding: utf-16` for this source."
ANYWAY = "or say its `format` to read what can be read"
WARC_FAMILY = ("readers.warc", "readers.wet")


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
    ours = reader is None or reader in WHAT
    if ours and head.startswith(MAGIC["zst"]) and (told := longer_window(head, max_window_mib)):
        return Sniffed(error=f"{name}: {told}, under the `options` of this source.")
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
    if inflated is not None and encoding is not None:
        inflated = encoded_as(inflated, encoding)
    if inflated is None:
        return Sniffed(error=f"{name}: compressed, but damaged at its very beginning; download it again, {ANYWAY}.")
    found = _by_content(inflated, low)
    if named == "readers.plain" and inflated.startswith(UTF16_MARKS):
        return Sniffed(error=f"{name}: {IN_UTF16}")
    if named is None:
        if found in WHAT:
            return Sniffed(found)
        if found == "HTML":
            told = "its name tells no format, and it holds HTML; an error page was saved in its place?"
            return Sniffed(error=f"{name}: {told} Download it again, or say `format: html` for this source.")
        return Sniffed(error=_ask(f"{name}: neither its name nor its first bytes tell a format"))
    if not inflated.strip() or found == named or (found in WARC_FAMILY and named in WARC_FAMILY):
        return Sniffed(named)
    if found in OPEN_TO.get(named, ()):
        return Sniffed(named)
    says = f"{name}: named like {WHAT[named]}, but holds"
    rename = f"rename it, or say `format: {str(found).removeprefix('readers.')}` for this source"
    return Sniffed(error=_mismatch(says, found, rename, inflated))


def _as_named(name: str, head: bytes, reader: str, encoding: str | None) -> Sniffed:
    """`reader`, unless what the bytes hold is certainly something else."""
    inflated = _inflated(head)
    if inflated is not None and encoding is not None:
        inflated = encoded_as(inflated, encoding)
    if reader == "readers.plain" and (inflated or b"").startswith(UTF16_MARKS):
        return Sniffed(error=f"{name}: {IN_UTF16}")
    found = None if inflated is None else _by_content(inflated, name.lower())
    of_its_family = found in WARC_FAMILY and reader in WARC_FAMILY
    if reader not in WHAT or found in (None, "binary", reader) or of_its_family:
        return Sniffed(reader)
    if found in OPEN_TO.get(reader, ()):
        return Sniffed(reader)
    says = f"{name}: to be read as {WHAT[reader]}, but holds"
    return Sniffed(error=_mismatch(says, found, "correct its `format`, or leave it out", head))


def _stem(low: str) -> str:
    return next((low[: -len(end)] for end in COMPRESSED_NAMES if low.endswith(end)), low)


def _by_name(low: str) -> str | None:
    stem = _stem(low)
    return next((reader for end, reader in BY_NAME.items() if stem.endswith(end)), None)


def _by_content(head: bytes, low: str) -> str | None:
    """A reader, or a word for what is none, or None when nothing tells."""
    if WARC.begins(head):
        return "readers.wet" if ".wet" in low or b"\nWARC-Type: conversion" in head else "readers.warc"
    if head.startswith(b"PAR1"):
        return "readers.parquet"
    if head.startswith(b"filedesc:"):
        return "readers.arc"
    start = _in_bytes(head).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "readers.jsonl"
    if start.startswith(b"["):
        return "JSON"
    if start[:16].lower().startswith(HTML_OPENINGS):
        return "HTML"
    return "binary" if b"\x00" in start else None


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
        if head.startswith(MAGIC["lz4"]):
            return lz4.frame.LZ4FrameDecompressor().decompress(head, 1 << 16)
        if head.startswith(MAGIC["zst"]):
            if longer_window(head, WINDOW_MIB):
                return b""  # too much to hold for a first look: its name is to tell
            return zstandard.ZstdDecompressor().decompressobj().decompress(head)
    except (zlib.error, RuntimeError, zstandard.ZstdError):
        return None
    return b"" if head[1:4] == SKIPPABLE else head


def _mismatch(says: str, found: str | None, remedy: str, head: bytes) -> str:
    """What is wrong with a file that holds `found`. remedy: where a reader would take it."""
    if found == "HTML":
        return f"{says} HTML; an error page was saved in its place? Download it again."
    if found == "JSON":
        return f"{says} a JSON array; write one object a line (for example `jq -c '.[]'`)."
    if found in WHAT:
        return f"{says} {WHAT[found]}; {remedy}."
    return f"{says} something else, which begins {head[:16]!r}; check what was downloaded, {ANYWAY}."


def _ask(what: str) -> str:
    known = ", ".join(reader.removeprefix("readers.") for reader in WHAT)
    return f"{what}; say `format:` for this source, one of {known}."
