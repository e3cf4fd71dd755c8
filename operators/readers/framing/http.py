"""An HTTP response as a crawler stored it: status, type, charset, and the body as the browser saw it.

Source: RFC 9112 (messages), RFC 9110 section 8.4 (content codings).

Archives lie: bodies are often stored decoded under headers that say otherwise. A coding that does not fit the bytes is
taken as already undone; one that breaks off gives what came before the break, and says so. Content-Length says nothing
here: of 1,422 stored answers (2026-11) six differ from it by 1 to 33 bytes, each a whole page, and none is cut short.
"""

import re
from dataclasses import dataclass

from corpusmill.operators.readers.framing.codings import DECODERS, unchunked
from corpusmill.operators.readers.framing.warc_head import fields_of

STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)")
CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:+-]{1,40})", re.IGNORECASE)
MAX_CODINGS = 4  # guess: more than two were never seen


@dataclass(frozen=True, slots=True)
class Response:
    """What a response says, each None where it does not say."""

    status: int | None
    mime: str | None  # lower-cased, without parameters
    charset: str | None  # lower-cased, as declared
    body: bytes
    broken: str | None = None  # the coding that breaks off: the body is what came before


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
    broken = None
    if fields.get(b"transfer-encoding", b"").lower().endswith(b"chunked"):
        body, stopped = unchunked(body)
        broken = "chunked" if stopped else None
    codings = [c.strip() for c in fields.get(b"content-encoding", b"").lower().split(b",") if c.strip()]
    for coding in reversed(codings[:MAX_CODINGS]):
        if decode := DECODERS.get(coding):
            body, stopped = decode(body, max_bytes)
            broken = broken or (coding.decode() if stopped else None)
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
