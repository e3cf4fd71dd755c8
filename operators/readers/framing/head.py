"""The first lines of a file, inflated when it is compressed, without reading more than its head."""

import bz2
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

import lz4.frame
import zstandard
from isal import isal_zlib

from corpusmill.operators.readers.framing.codecs import FEED_BYTES, GZIP, MAGIC, QUICK_ERROR

HEAD_BYTES = 256 << 10  # as stored; and of what they inflate to


@dataclass(frozen=True, kw_only=True)
class Head:
    """Whole lines, without those that are blank. whole: whether the file has no others. text: all that was inflated."""

    text: bytes
    lines: tuple[bytes, ...]
    whole: bool


def head_of(file: BinaryIO) -> Head:
    """The lines that end in the first 256 KiB of a file, and in as much as these inflate to.

    What is damaged there ends the head; none of it is told.
    """
    file.seek(0)
    stored = file.read(HEAD_BYTES + 1)
    plain, whole = _inflated(stored[:HEAD_BYTES])
    whole = whole and len(stored) <= HEAD_BYTES
    lines = plain.split(b"\n")
    return Head(text=plain, lines=tuple(line for line in (lines if whole else lines[:-1]) if line.strip()), whole=whole)


def _inflated(stored: bytes) -> tuple[bytes, bool]:
    """What the bytes inflate to, member after member, themselves when they are plain; and whether that is all."""
    if not stored.startswith(tuple(MAGIC.values())):
        return stored, True
    found: list[bytes] = []
    size = 0
    while stored and size < HEAD_BYTES:
        try:
            piece, stored, ended = _member(stored)
        except (zlib.error, zstandard.ZstdError, RuntimeError, EOFError, OSError):
            return b"".join(found), False
        found.append(piece)
        size += len(piece)
        if not ended:
            return b"".join(found), False
    return b"".join(found), not stored


def _member(stored: bytes) -> tuple[bytes, bytes, bool]:
    """What one member inflates to, the bytes behind it, and whether its end was there."""
    if stored.startswith(MAGIC["gz"]):
        try:
            return _gzip(isal_zlib.decompressobj(wbits=GZIP), stored)
        except QUICK_ERROR:
            return _gzip(zlib.decompressobj(wbits=GZIP), stored)
    if stored.startswith(MAGIC["zst"]):
        return _frame(stored)
    if stored.startswith(MAGIC["lz4"]):
        packed = lz4.frame.LZ4FrameDecompressor()
        piece = bytes(packed.decompress(stored, HEAD_BYTES))
        return piece, bytes(packed.unused_data or b""), bool(packed.eof)
    if stored.startswith(MAGIC["bz2"]):
        stream = bz2.BZ2Decompressor()
        piece = stream.decompress(stored, HEAD_BYTES)
        return piece, stream.unused_data, stream.eof
    return b"", b"", False


def _gzip(member: Any, stored: bytes) -> tuple[bytes, bytes, bool]:
    piece = member.decompress(stored, HEAD_BYTES)
    return piece, member.unused_data, member.eof


def _frame(stored: bytes) -> tuple[bytes, bytes, bool]:
    """The same of a Zstandard frame, fed in pieces: the library has no bound on what it gives for one."""
    frame, pieces, at = zstandard.ZstdDecompressor().decompressobj(), list[bytes](), 0
    while at < len(stored) and not frame.eof and sum(map(len, pieces)) < HEAD_BYTES:
        pieces.append(frame.decompress(stored[at : at + FEED_BYTES["zst"]]))
        at += FEED_BYTES["zst"]
    return b"".join(pieces), frame.unused_data + stored[at:], frame.eof
