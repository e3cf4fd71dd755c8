"""The codings of an HTTP body, undone: chunks, gzip, deflate, Zstandard, Brotli; each says whether it broke off.

Source: RFC 9112 section 7.1 (chunked), RFC 1950-1952 (deflate, gzip), 7932 (Brotli), 8878 (Zstandard).
"""

import re
import zlib
from collections.abc import Callable
from io import BytesIO

import zstandard
from fastwarc.stream_io import BrotliReader

from corpusmill.operators.readers.framing.codecs import FEED_BYTES

CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
LAST_CHUNK = re.compile(rb"\n0+[ \t]*\r?\n\r?\n\Z")
BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")  # in no text but UTF-16; ISO-2022 has 0x1b
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class TooLarge(Exception):
    """A body that inflates beyond the bound."""


def unchunked(body: bytes) -> tuple[bytes, bool]:
    """The body with chunked coding undone, and whether it broke off; one that has no first chunk is left as it is.

    Without the last chunk, of length 0, it broke off (RFC 9112, section 8). A first chunk that does not end where it
    says is none, unless there is a last one.

    >>> unchunked(b"3\\r\\nabc\\r\\n2\\r\\nde\\r\\n0\\r\\n\\r\\n"), unchunked(b"<p>")
    ((b'abcde', False), (b'<p>', False))
    >>> unchunked(b"3\\r\\nabc\\r\\n9\\r\\nde")
    (b'abcde', True)
    """
    pieces: list[bytes] = []
    at = 0
    while size := CHUNK.match(body, at):
        count = int(size.group(1), 16)
        if count == 0:
            return b"".join(pieces), False
        piece = body[size.end() : size.end() + count]
        if not pieces and body[size.end() + count : size.end() + count + 1] not in (b"\r", b"\n", b""):
            return body, LAST_CHUNK.search(body) is not None
        pieces.append(piece)
        at = size.end() + count
        if len(piece) < count:
            return b"".join(pieces), True
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    return (b"".join(pieces), True) if pieces else (body, False)


def _zlib(body: bytes, wbits: int, max_bytes: int) -> tuple[bytes, bool]:
    inflater = zlib.decompressobj(wbits)
    pieces: list[bytes] = []
    left = max_bytes + 1
    data = body
    while data and not inflater.eof and left > 0:
        try:
            pieces.append(inflater.decompress(data, min(left, 1 << 20)))
        except zlib.error:
            break
        left -= len(pieces[-1])
        data = inflater.unconsumed_tail
    if left <= 0:
        raise TooLarge
    return b"".join(pieces), not inflater.eof


def gunzip(body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    """A gzip body, its first member; without gzip's mark it is taken as decoded already."""
    return _zlib(body, 31, max_bytes) if body[:2] == b"\x1f\x8b" else (body, False)


def inflate(body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    """A `deflate` body: zlib as the RFC has it, or raw as some servers send it; else as it is, broken if not text."""
    for wbits in (15, -15):
        out, broken = _zlib(body, wbits, max_bytes)
        if out and not broken:
            return out, False
    return body, not _is_text(body)


def unzstd(body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    """A Zstandard body, its first frame; without its mark it is taken as decoded already."""
    if body[:4] != b"\x28\xb5\x2f\xfd":
        return body, False
    inflater = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
    pieces: list[bytes] = []
    left = max_bytes
    try:
        for at in range(0, len(body), FEED_BYTES["zst"]):
            pieces.append(inflater.decompress(body[at : at + FEED_BYTES["zst"]]))
            left -= len(pieces[-1])
            if inflater.eof or left < 0:
                break
    except zstandard.ZstdError:
        return b"".join(pieces), True
    if left < 0:
        raise TooLarge
    return b"".join(pieces), not inflater.eof


def unbrotli(body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    """A Brotli body, which has no mark: text that does not decode is taken as decoded already."""
    reader = BrotliReader(BytesIO(body))
    pieces: list[bytes] = []
    left = max_bytes + 1
    try:
        while left > 0 and (piece := reader.read(min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
    except OSError:
        return body, not _is_text(body)
    if left <= 0:
        raise TooLarge
    return b"".join(pieces), False


def _is_text(body: bytes) -> bool:
    """Whether bytes may be the text of a page, in any charset.

    >>> _is_text("Straße".encode("latin-1")), _is_text(bytes([0x78, 0x9C, 0x03]))
    (True, False)
    """
    return body.startswith(UTF16) or BINARY.search(body) is None


DECODERS: dict[bytes, Callable[[bytes, int], tuple[bytes, bool]]] = {
    b"gzip": gunzip,
    b"x-gzip": gunzip,
    b"deflate": inflate,
    b"zstd": unzstd,
    b"br": unbrotli,
}
