"""Undoes the chunked coding of an HTTP body.

Source: RFC 9112, section 7.1.
"""

import re

from corpusmill.operators.readers.framing.undone import Undone, breaks_off

CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
LAST_CHUNK = re.compile(rb"\n0+[ \t]*\r?\n\r?\n\Z")
TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\n]*\n")


def unchunked(body: bytes) -> Undone:
    """The body with chunked coding undone; one that has no first chunk is left as it is.

    Without the last chunk, of length 0, it broke off (RFC 9112, section 8). A first chunk that does not end where it
    says is none, unless there is a last one. Behind the last one and its trailers nothing but white space is expected.

    >>> unchunked(b"3\\r\\nabc\\r\\n2\\r\\nde\\r\\n0\\r\\n\\r\\n").body, unchunked(b"<p>").body
    (b'abcde', b'<p>')
    >>> unchunked(b"3\\r\\nabc\\r\\n9\\r\\nde")
    Undone(body=b'abcde', fault='breaks off after 5 bytes')
    """
    pieces: list[bytes] = []
    at = 0
    while size := CHUNK.match(body, at):
        count = int(size.group(1), 16)
        if count == 0:
            return _ended(b"".join(pieces), body, size.end())
        piece = body[size.end() : size.end() + count]
        if not pieces and body[size.end() + count : size.end() + count + 1] not in (b"\r", b"\n", b""):
            return breaks_off(body) if LAST_CHUNK.search(body) else Undone(body)
        pieces.append(piece)
        at = size.end() + count
        if len(piece) < count:
            return breaks_off(b"".join(pieces))
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    return breaks_off(b"".join(pieces)) if pieces else Undone(body)


def _ended(undone: bytes, body: bytes, at: int) -> Undone:
    """The chunks read, and what lies behind the last of them, whose line ends at `at`."""
    while trailer := TRAILER.match(body, at):
        at = trailer.end()
    over = len(body[at:].strip())
    return Undone(undone, f"leaves {over} bytes over behind its last chunk" if over else None)
