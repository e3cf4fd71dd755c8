"""Undoes the codings of an HTTP body that compress: gzip, deflate, Zstandard, Brotli; each names what it cannot read.

Source: RFC 1950-1952 (deflate; gzip, of which a body may have several members), 8878 (Zstandard: frames, and skippable
        ones among them), 7932 (Brotli).
"""

import re
import zlib
from collections.abc import Callable
from io import BytesIO

from fastwarc.stream_io import BrotliReader
from isal import isal_zlib

from corpusmill.errors import BodyTooLarge
from corpusmill.operators.readers.framing.codecs import (
    FEED_BYTES,
    INFLATE_ERRORS,
    MAGIC,
    QUICK_ERROR,
    Codec,
    is_skippable,
)
from corpusmill.operators.readers.framing.codecs import GZIP as WBITS
from corpusmill.operators.readers.framing.undone import Undone, breaks_off
from corpusmill.operators.readers.framing.zstd_window import FRAME_HEAD_BYTES

BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")  # in no text but UTF-16; ISO-2022 has 0x1b
UTF16 = (b"\xff\xfe", b"\xfe\xff")
GZIP = b"\x1f\x8b"
PADDING = b"\0\t\n\r "  # behind the last member: zeros fill blocks of a tape, line ends are what servers add


def gunzip(body: bytes, max_bytes: int) -> Undone:
    """A gzip body, all its members; without gzip's mark what servers send by that name: deflate, or decoded already."""
    if body[:2] == GZIP:
        sound = _one_member(body, max_bytes)
        return _members(body, Codec("gz"), max_bytes) if sound is None else Undone(sound)
    deflated = None if _is_text(body) else _deflated(body, max_bytes)
    return deflated or Undone(body)


def _one_member(body: bytes, max_bytes: int) -> bytes | None:
    """What a body of one sound member holds, by ISA-L at more than twice the speed; null for any other body."""
    member = isal_zlib.decompressobj(wbits=WBITS)
    try:
        found = member.decompress(body, max_bytes + 1)
    except QUICK_ERROR:
        return None
    is_sound = member.eof and len(found) <= max_bytes and not member.unused_data.strip(PADDING)
    return found if is_sound else None


def unzstd(body: bytes, max_bytes: int) -> Undone:
    """A Zstandard body, all its frames; without a frame's mark it is taken as decoded already."""
    begins = body.startswith(MAGIC["zst"]) or is_skippable(body[:4])
    return _members(body, Codec("zst"), max_bytes) if begins else Undone(body)


def _members(body: bytes, codec: Codec, max_bytes: int) -> Undone:
    """Members one behind the other, frames without content among those of Zstandard. Raises BodyTooLarge."""
    pieces: list[bytes] = []
    at, room = 0, max_bytes
    while at < len(body):
        if codec.kind == "zst" and is_skippable(head := body[at : at + 8]):
            at += 8 + int.from_bytes(head[4:], "little")
            continue
        if at and not body.startswith(MAGIC[codec.kind], at):
            break
        frame, member = at, codec.inflater()
        while not member.done:
            data = body[at : at + FEED_BYTES[codec.kind]] if member.hungry else b""
            try:
                piece, unused = member.feed(data)
            except INFLATE_ERRORS:
                long = codec.longer_window(body[frame : frame + FRAME_HEAD_BYTES])
                undone = b"".join(pieces)
                return Undone(undone, long) if long else breaks_off(undone)
            at += len(data) - unused
            room -= len(piece)
            pieces.append(piece)
            if room < 0:
                raise BodyTooLarge
            if not data and not piece and not member.done:
                return breaks_off(b"".join(pieces))
    if at > len(body):
        return breaks_off(b"".join(pieces))
    over = len(body[at:].strip(PADDING))
    return Undone(b"".join(pieces), f"leaves {over} bytes over that it does not decode" if over else None)


def inflate(body: bytes, max_bytes: int) -> Undone:
    """A `deflate` body: zlib as the RFC has it, or raw or gzip as some servers send it; else as it is, at fault if no
    text."""
    if body[:2] == GZIP:
        return gunzip(body, max_bytes)
    found = _deflated(body, max_bytes)
    return found or (Undone(body) if _is_text(body) else Undone(body, "cannot be undone"))


def _deflated(body: bytes, max_bytes: int) -> Undone | None:
    """What zlib or raw deflate gives of a body; None where it is neither."""
    return next((found for wbits in (15, -15) if (found := _inflated(body, wbits, max_bytes)) is not None), None)


def _inflated(body: bytes, wbits: int, max_bytes: int) -> Undone | None:
    """One stream, inflated to its end; None if it is none, or nothing. Raises BodyTooLarge."""
    inflater = zlib.decompressobj(wbits)
    pieces: list[bytes] = []
    at, room = 0, max_bytes
    while not inflater.eof:
        data = body[at : at + FEED_BYTES["gz"]]
        try:
            pieces.append(inflater.decompress(data, 1 << 20))
        except zlib.error:
            return None
        at += len(data) - len(inflater.unused_data if inflater.eof else inflater.unconsumed_tail)
        room -= len(pieces[-1])
        if room < 0:
            raise BodyTooLarge
        if not data and not pieces[-1]:
            return None
    undone = b"".join(pieces)
    over = len(body[at:].strip(PADDING))
    if not undone or (over and _is_text(body)):
        return None
    return Undone(undone, f"leaves {over} bytes over that it does not decode" if over else None)


def unbrotli(body: bytes, max_bytes: int) -> Undone:
    """A Brotli body, which has no mark: text that does not decode is taken as decoded already. Raises BodyTooLarge."""
    reader = BrotliReader(BytesIO(body))
    pieces: list[bytes] = []
    left = max_bytes + 1
    try:
        while left > 0 and (piece := reader.read(min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
    except OSError:
        return Undone(body) if _is_text(body) else Undone(body, "cannot be undone")
    if left <= 0:
        raise BodyTooLarge
    return Undone(b"".join(pieces))


def _is_text(body: bytes) -> bool:
    """Whether bytes may be the text of a page, in any charset.

    >>> _is_text("Straße".encode("latin-1")), _is_text(bytes([0x78, 0x9C, 0x03]))
    (True, False)
    """
    return body.startswith(UTF16) or BINARY.search(body) is None


DECODERS: dict[bytes, Callable[[bytes, int], Undone]] = {
    b"gzip": gunzip,
    b"x-gzip": gunzip,
    b"deflate": inflate,
    b"x-deflate": inflate,
    b"zstd": unzstd,
    b"br": unbrotli,
}
