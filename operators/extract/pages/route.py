"""Which pages are HTML, which are text as they stand, and what the others are.

Source: RFC 9110 section 8.3 (declared types), WHATWG MIME Sniffing (leading bytes of images, documents, archives).
"""

import re
from collections.abc import Collection
from typing import Literal

from corpusmill.operators.text.charset import BOMS, utf16_without_mark

Route = Literal["html", "text"]

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
TEXT_TYPES = ("text/plain", "text/markdown")  # whose pages are taken as they stand, unless a job says otherwise
# Types that say nothing: servers give them for whatever they do not know.
UNTOLD_TYPES = frozenset({"", "application/octet-stream", "unknown/unknown", "application/unknown", "*/*", "text/*"})
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"%!PS-", "application/postscript"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27", "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x7fELF", "application/x-elf"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
)
CONTAINERS: tuple[tuple[bytes, bytes, str], ...] = (
    (b"RIFF", b"WEBP", "image/webp"),
    (b"RIFF", b"WAVE", "audio/wave"),
    (b"RIFF", b"AVI ", "video/avi"),
)
CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32)])  # not tab, line ends, form feed, nor ESC of ISO-2022
LOOKED_AT_BYTES = 4096
# Share of control bytes above which bytes are no text. Guess of the prototype; no page of the test corpora is near it.
MAX_CONTROL_SHARE = 1 / 20
XML_ROOT = re.compile(  # all comments as one: each by itself could end at any later "-->", in 2^n ways of n comments
    rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(rss|feed|urlset|sitemapindex|svg)[\s>:]", re.DOTALL
)


def media_type(mime: str | None) -> str:
    """A declared type, lower-cased, without parameters; "" where there is none.

    >>> media_type("Text/Plain; charset=utf-8"), media_type(None)
    ('text/plain', '')
    """
    return (mime or "").partition(";")[0].strip().lower()


def route(content: bytes, mime: str | None, text_types: Collection[str] = TEXT_TYPES) -> Route | str:
    """'html', 'text', or a failure 'not_html: TYPE'.

    What the bytes are beats what the header declares; of declared types only HTML's and `text_types` are taken.

    >>> route(b"<p>hi", None), route(b"hi", "text/plain")
    ('html', 'text')
    >>> route(b"%PDF-1.7", "text/html"), route(b"{}", "application/json")
    ('not_html: application/pdf', 'not_html: application/json')
    """
    found = sniffed(content)
    if found is not None:
        return f"not_html: {found}"
    declared = media_type(mime)
    if declared in HTML_TYPES or declared in UNTOLD_TYPES:
        root = XML_ROOT.match(_in_bytes(content[:LOOKED_AT_BYTES]))
        return f"not_html: xml {root.group(1).decode()}" if root else "html"
    return "text" if declared in text_types else f"not_html: {declared[:80]}"


def sniffed(content: bytes) -> str | None:
    """The type that the first bytes tell, 'binary' for what is no text at all, else None."""
    for magic, mime in MAGIC:
        if content.startswith(magic):
            return mime
    for magic, kind, mime in CONTAINERS:
        if content.startswith(magic) and content[8:12] == kind:
            return mime
    if content[4:8] == b"ftyp":
        return "video/mp4"
    return "binary" if is_binary(content) else None


def _in_bytes(head: bytes) -> bytes:
    """The head without a byte order mark, and in UTF-8 when it is in UTF-16."""
    for mark, codec in BOMS:
        if head.startswith(mark):
            return head[len(mark) :].decode(codec, "replace").encode()
    codec = utf16_without_mark(head)
    return head.decode(codec, "replace").encode() if codec else head


def is_binary(content: bytes) -> bool:
    """Whether the first 4 kB are dense with control bytes; text with the mark or with a first tag in UTF-16 is not.

    >>> is_binary(b"hello" + bytes(5)), is_binary("hello".encode("utf-16")), is_binary("<p>a".encode("utf-16-be"))
    (True, False, False)
    """
    if content.startswith(tuple(mark for mark, _ in BOMS)) or utf16_without_mark(content):
        return False
    head = content[:LOOKED_AT_BYTES]
    return len(head) - len(head.translate(None, CONTROLS)) > len(head) * MAX_CONTROL_SHARE
