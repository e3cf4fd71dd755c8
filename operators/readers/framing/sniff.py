"""Which reader a file wants, told by its name and its first bytes; or what is wrong with it, before any work."""

import zlib
from dataclasses import dataclass

import lz4.frame
import zstandard

from corpusmill.operators.readers.framing.codecs import MAGIC, SKIPPABLE
from corpusmill.operators.readers.framing.warc_head import WARC

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
}
HTML_OPENINGS = (b"<!doctype", b"<html", b"<head", b"<body", b"<?xml", b"<error", b"<h1", b"<title")
WHAT = {"readers.wet": "WET", "readers.warc": "WARC", "readers.arc": "ARC", "readers.jsonl": "JSON lines",
        "readers.parquet": "Parquet", "readers.plain": "plain text"}  # fmt: skip
ANYWAY = "or say its `format` to read what can be read"
WARC_FAMILY = ("readers.warc", "readers.wet")


@dataclass(frozen=True)
class Sniffed:
    """Either the name of a reader, or an error that says what was found and what to do."""

    reader: str | None = None
    error: str | None = None


def sniff(name: str, head: bytes, reader: str | None = None) -> Sniffed:
    """The reader for a file, from its name and its first 512 bytes (more do no harm).

    reader: the one that somebody has named for it. Then only what is certainly something else is an error: where the
    first bytes tell nothing, they may be damaged, and the rest is read.

    >>> sniff("a.warc.gz", b"").reader, sniff("crawl-00001", b"WARC/1.0\\r\\nWARC-Type: warcinfo\\r\\n").reader
    ('readers.warc', 'readers.warc')
    >>> sniff("a.warc.gz", b"<!DOCTYPE html><title>404").error
    'a.warc.gz: named like WARC, but holds HTML; an error page was saved in its place? Download it again.'
    >>> sniff("a.jsonl", b"oops", "readers.jsonl").reader, sniff("a", b"PAR1", "readers.jsonl").error
    ('readers.jsonl', 'a: to be read as JSON lines, but holds Parquet; correct its `format`, or leave it out.')
    """
    low = name.lower()
    if reader is not None:
        return _as_named(name, head, reader)
    if low.endswith(UNREADABLE_NAMES):
        return Sniffed(error=f"{name}: this kind of archive is not read; recompress its contents with gzip or zstd.")
    if ".wat" in low.rpartition("/")[2] and _stem(low).endswith(".wat"):
        return Sniffed(error=f"{name}: WAT files hold metadata and no text; take the WET or WARC files of that crawl.")
    named = _by_name(low)
    if not head:
        return Sniffed(named) if named else Sniffed(error=_ask(f"{name}: empty, and its name tells no format"))
    inflated = _inflated(head)
    if inflated is None:
        return Sniffed(error=f"{name}: compressed, but damaged at its very beginning; download it again, {ANYWAY}.")
    found = _by_content(inflated, low)
    if named is None:
        if found in WHAT:
            return Sniffed(found)
        return Sniffed(error=_ask(f"{name}: neither its name nor its first bytes tell a format"))
    if not inflated.strip() or found == named or (found in WARC_FAMILY and named in WARC_FAMILY):
        return Sniffed(named)
    if named == "readers.plain" and found in (None, "HTML", "JSON", "readers.jsonl"):
        return Sniffed(named)
    says = f"{name}: named like {WHAT[named]}, but holds"
    rename = f"rename it, or say `format: {str(found).removeprefix('readers.')}` for this source"
    return Sniffed(error=_mismatch(says, found, rename, inflated))


def _as_named(name: str, head: bytes, reader: str) -> Sniffed:
    """`reader`, unless what the bytes hold is certainly something else."""
    inflated = _inflated(head)
    found = None if inflated is None else _by_content(inflated, name.lower())
    of_its_family = found in WARC_FAMILY and reader in WARC_FAMILY
    if reader not in WHAT or found in (None, "binary", reader) or of_its_family:
        return Sniffed(reader)
    if reader == "readers.plain" and found in ("HTML", "JSON", "readers.jsonl"):
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
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "readers.jsonl"
    if start.startswith(b"["):
        return "JSON"
    if start[:16].lower().startswith(HTML_OPENINGS):
        return "HTML"
    return "binary" if b"\x00" in head else None


def _inflated(head: bytes) -> bytes | None:
    """What the first bytes inflate to, themselves when they are not compressed; None when they cannot be inflated."""
    try:
        if head.startswith(MAGIC["gz"]):
            return zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
        if head.startswith(MAGIC["lz4"]):
            return lz4.frame.LZ4FrameDecompressor().decompress(head, 1 << 16)
        if head.startswith(MAGIC["zst"]):
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
