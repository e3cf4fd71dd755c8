"""An HTTP response as a crawler stored it: status, type, charset, and the body as the browser saw it.

Source: RFC 9112 (messages, chunked coding), RFC 9110 section 8.4 (content codings), RFC 1950-1952, 7932, 8878.

Archives lie: bodies are often stored decoded under headers that say otherwise. A coding that does not fit the bytes is
taken as already undone; one that breaks off gives what came before the break, and says so.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import zstandard
from fastwarc.stream_io import BrotliReader

from operators.readers.framing.warc_head import fields_of

STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)")
CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
MAX_CODINGS = 4  # guess: more than two were never seen


class TooLarge(Exception):
    """A body that inflates beyond the bound."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a response says, each None where it does not say."""

    status: int | None
    mime: str | None  # lower-cased, without parameters
    charset: str | None  # lower-cased, as declared
    body: bytes
    broken: bool = False  # a coding broke off: the body is what came before


def response(message: bytes, max_bytes: int) -> Response:
    """Parse one stored response. Raises TooLarge when its body inflates beyond `max_bytes`.

    A message without a status line is all body, as crawlers of HTTP/0.9 and of other protocols stored it.

    >>> found = response(b"HTTP/1.1 200 OK\\r\\nContent-Type: Text/HTML; charset=UTF-8\\r\\n\\r\\n<p>", 99)
    >>> found.status, found.mime, found.charset, found.body
    (200, 'text/html', 'utf-8', b'<p>')
    """
    line = STATUS.match(message)
    if line is None:
        return Response(None, None, None, message)
    head, body = split_head(message)
    fields = fields_of(head)
    mime, charset = media_type(fields.get(b"content-type", b""))
    broken = False
    if fields.get(b"transfer-encoding", b"").lower().endswith(b"chunked"):
        body, broken = unchunked(body)
    codings = [c.strip() for c in fields.get(b"content-encoding", b"").lower().split(b",") if c.strip()]
    for coding in reversed(codings[:MAX_CODINGS]):
        if decode := DECODERS.get(coding):
            body, stopped = decode(body, max_bytes)
            broken = broken or stopped
    return Response(int(line.group(1)), mime, charset, body, broken)


def split_head(message: bytes) -> tuple[bytes, bytes]:
    """Head and body, parted by the first empty line; without one, all of it is head."""
    end, lone = message.find(b"\r\n\r\n"), message.find(b"\n\n")
    if lone >= 0 and (end < 0 or lone < end):
        return message[: lone + 2], message[lone + 2 :]
    return (message[: end + 4], message[end + 4 :]) if end >= 0 else (message, b"")


def media_type(value: bytes) -> tuple[str | None, str | None]:
    """Type and charset of a Content-Type value.

    >>> media_type(b"text/html;charset='Shift_JIS'")
    ('text/html', 'shift_jis')
    """
    mime = value.partition(b";")[0].strip().lower().decode("ascii", "replace")
    charset = CHARSET.search(value)
    return mime or None, charset.group(1).decode("ascii").lower() if charset else None


def unchunked(body: bytes) -> tuple[bytes, bool]:
    """The body with chunked coding undone, and whether it broke off; one that has no first chunk is left as it is.

    >>> unchunked(b"3\\r\\nabc\\r\\n2\\r\\nde\\r\\n0\\r\\n\\r\\n"), unchunked(b"<p>"), unchunked(b"3\\r\\nabc\\r\\n9\\r\\nde")
    ((b'abcde', False), (b'<p>', False), (b'abcde', True))
    """
    pieces: list[bytes] = []
    at = 0
    while size := CHUNK.match(body, at):
        count = int(size.group(1), 16)
        if count == 0:
            return b"".join(pieces), False
        piece = body[size.end() : size.end() + count]
        if not pieces and body[size.end() + count : size.end() + count + 1] not in (b"\r", b"\n", b""):
            return body, False
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
    """A `deflate` body: zlib as the RFC has it, or raw as some servers send it; else as it is."""
    for wbits in (15, -15):
        out, broken = _zlib(body, wbits, max_bytes)
        if out and not broken:
            return out, False
    return body, False


def unzstd(body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    """A Zstandard body; without its mark it is taken as decoded already."""
    if body[:4] != b"\x28\xb5\x2f\xfd":
        return body, False
    reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(BytesIO(body))
    return _read(reader.read, max_bytes, zstandard.ZstdError)


def unbrotli(body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    """A Brotli body, which has no mark: what does not decode is taken as decoded already."""
    out, broken = _read(BrotliReader(BytesIO(body)).read, max_bytes, OSError)
    return (body, False) if broken else (out, False)


def _read(read: Callable[[int], bytes], max_bytes: int, error: type[Exception]) -> tuple[bytes, bool]:
    pieces: list[bytes] = []
    left = max_bytes + 1
    try:
        while left > 0 and (piece := read(min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
    except error:
        return b"".join(pieces), True
    if left <= 0:
        raise TooLarge
    return b"".join(pieces), False


DECODERS: dict[bytes, Callable[[bytes, int], tuple[bytes, bool]]] = {
    b"gzip": gunzip,
    b"x-gzip": gunzip,
    b"deflate": inflate,
    b"zstd": unzstd,
    b"br": unbrotli,
}
