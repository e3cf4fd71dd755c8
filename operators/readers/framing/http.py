"""An HTTP response as a crawler stored it: status, type, charset, and the body as the browser saw it.

Source: RFC 9112 (messages), RFC 9110 section 8.4 (content codings).

Archives lie: bodies are often stored decoded under headers that say otherwise. A coding that does not fit the bytes is
taken as already undone; one that breaks off gives what came before the break, and says so. Content-Length says nothing
here: of 1,422 stored answers (2026-11) six differ from it by 1 to 33 bytes, each a whole page, and none is cut short.
"""

import re
from dataclasses import dataclass

from corpusmill.operators.readers.framing.chunks import unchunked
from corpusmill.operators.readers.framing.codings import DECODERS
from corpusmill.operators.readers.framing.warc_head import fields_of

STATUS = re.compile(rb"[\r\n]{0,8}HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)([^\r\n]*)", re.IGNORECASE)
CONNECTED = re.compile(rb"[ \t]*connection established", re.IGNORECASE)
# In each of these fields, which may come several times and be folded.
CODINGS = re.compile(rb"^(transfer|content)-encoding[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
CHARSET = re.compile(rb"charset\s*=\s*+[\"']?\s*+([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
MAX_CODINGS = 4  # guess: more than two were never seen
MAX_HEADS = 16  # guess: interim answers before the final one


@dataclass(frozen=True, slots=True)
class Response:
    """What a response says, each None where it does not say."""

    status: int | None
    mime: str | None  # lower-cased, without parameters
    charset: str | None  # lower-cased, as declared
    body: bytes
    broken: str | None = None  # the coding that is at fault, and its fault: the body is what could be read


def response(message: bytes, max_bytes: int) -> Response:
    """Parse one stored response, of several the final one. BodyTooLarge when its body inflates beyond `max_bytes`.

    A message without a status line is all body, as crawlers of HTTP/0.9 and of other protocols stored it.

    >>> found = response(b"HTTP/1.1 200 OK\\r\\nContent-Type: Text/HTML; charset=UTF-8\\r\\n\\r\\n<p>", 99)
    >>> found.status, found.mime, found.charset, found.body
    (200, 'text/html', 'utf-8', b'<p>')
    """
    line = STATUS.match(message)
    if line is None:
        return Response(None, None, None, message)
    end = head_end(message, line.end(1))
    for _ in range(MAX_HEADS):
        follower = STATUS.match(message, end)
        if follower is None or not is_interim(line, message[line.end(1) : end]):
            break
        line, end = follower, head_end(message, follower.end(1))
    return _final(int(line.group(1)), message[line.end(1) : end], message[end:], max_bytes)


def is_interim(line: re.Match[bytes], head: bytes) -> bool:
    """Whether another answer follows the one with this head: one of 1xx, or a proxy's to CONNECT, which has no body."""
    status = line.group(1)
    if status.startswith(b"1") or (status.startswith(b"2") and CONNECTED.match(line.group(2))):
        return True
    fields = fields_of(head)
    describes = b"content-type" in fields or b"content-encoding" in fields or b"transfer-encoding" in fields
    return status.startswith(b"2") and not describes and fields.get(b"content-length", b"0") == b"0"


def _final(status: int, head: bytes, body: bytes, max_bytes: int) -> Response:
    mime, charset = media_type(fields_of(head).get(b"content-type", b""))
    broken = None
    for coding in codings_of(head):
        undone = unchunked(body) if coding == b"chunked" else DECODERS[coding](body, max_bytes)
        body = undone.body
        broken = broken or (f"{coding.decode()} {undone.fault}" if undone.fault else None)
    return Response(status, mime, charset, body, broken)


def codings_of(head: bytes) -> list[bytes]:
    """The codings to be undone, the last applied first: those of the transfer, then those of the content.

    >>> codings_of(b"Content-Encoding: br\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n")
    [b'chunked', b'gzip', b'br']
    """
    found: dict[bytes, list[bytes]] = {b"transfer": [], b"content": []}
    for where, value in CODINGS.findall(head):
        names = [each.partition(b";")[0].strip(b" \t\r\n\"'") for each in value.lower().split(b",")]
        where = where.lower()
        found[where] += [name for name in names if name in DECODERS or (where, name) == (b"transfer", b"chunked")]
    return [name for each in found.values() for name in reversed(each[-MAX_CODINGS:])]


def split_head(message: bytes) -> tuple[bytes, bytes]:
    """Head and body, parted by the first empty line; without one, all of it is head."""
    end = head_end(message, 0)
    return message[:end], message[end:]


def head_end(message: bytes, at: int) -> int:
    """Where the head that begins at `at` ends, its empty line included; the end of the message without one."""
    end = message.find(b"\r\n\r\n", at)
    lone = message.find(b"\n\n", at, len(message) if end < 0 else end)
    if lone >= 0:
        return lone + 2
    return end + 4 if end >= 0 else len(message)


def media_type(value: bytes) -> tuple[str | None, str | None]:
    """Type and charset of a Content-Type value.

    >>> media_type(b"text/html;charset='Shift_JIS'")
    ('text/html', 'shift_jis')
    """
    mime = value.partition(b";")[0].strip().lower().decode("ascii", "replace")
    charset = CHARSET.search(value)
    return mime or None, charset.group(1).decode("ascii").lower() if charset else None
