"""What kind of thing a response is: only HTML is worth the extractor's while, everything else is named.

Source:   WHATWG MIME Sniffing, sections 6 and 7 (signatures of images, archives, PDF; HTML by its first tag).
Deviates: the bytes overrule the server's `text/plain` and `text/html` when they plainly begin as something else, since
          crawled headers are often defaults; more than 5 % control characters in 4 kB make a binary.
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.decode.utf16 import narrowed, utf16_order
from corpusmill.operators.extract.html.parse.markup import after_comment
from corpusmill.operators.text.kernel import njit

KINDS = ("html", "plain_text", "json", "xml", "feed", "pdf", "image", "archive", "media", "binary", "empty")
HTML, PLAIN_TEXT, JSON, XML, FEED, PDF, IMAGE, ARCHIVE, MEDIA, BINARY, EMPTY = range(len(KINDS))
UNKNOWN = -1

HEAD_BYTES = 4096
FIRST_TAG_BYTES = 1024
MOST_CONTROL = 20  # one control character in so many bytes makes a binary

_SIGNATURES = (
    (PDF, b"%pdf-"),
    (IMAGE, b"\x89png"),
    (IMAGE, b"gif8"),
    (IMAGE, b"\xff\xd8\xff"),
    (ARCHIVE, b"pk\x03\x04"),
    (ARCHIVE, b"\x1f\x8b"),
    (ARCHIVE, b"rar!"),
    (ARCHIVE, b"7z\xbc\xaf"),
    (MEDIA, b"id3"),
    (MEDIA, b"oggs"),
    (BINARY, b"\x7felf"),
    (BINARY, b"\xd0\xcf\x11\xe0"),
)
_FIRST_TAGS = ((FEED, b"<rss"), (FEED, b"<feed"), (FEED, b"<rdf:rdf"), (HTML, b"<html"), (HTML, b"<!doctype html"))


def _packed(patterns: tuple[tuple[int, bytes], ...]) -> np.ndarray:
    """Rows of kind, length, bytes: patterns as one array for the kernel."""
    rows = np.zeros((len(patterns), 18), np.int16)
    for row, (kind, pattern) in zip(rows, patterns, strict=True):
        row[0], row[1], row[2 : 2 + len(pattern)] = kind, len(pattern), list(pattern)
    return rows


SIGNATURES, FIRST_TAGS = _packed(_SIGNATURES), _packed(_FIRST_TAGS)


def kind_of_mime(mime: str | None) -> int:
    """What the Content-Type promises; UNKNOWN when it says nothing of use.

    >>> [kind_of_mime(m) for m in ("text/html; charset=x", "application/rss+xml", "application/octet-stream", None)]
    [0, 4, -1, -1]
    """
    name = (mime or "").split(";")[0].strip().lower()
    exact = {
        "text/html": HTML,
        "application/xhtml+xml": HTML,
        "text/plain": PLAIN_TEXT,
        "application/json": JSON,
        "application/ld+json": JSON,
        "application/rss+xml": FEED,
        "application/atom+xml": FEED,
        "application/rdf+xml": FEED,
        "application/xml": XML,
        "text/xml": XML,
        "application/pdf": PDF,
        "application/zip": ARCHIVE,
        "application/gzip": ARCHIVE,
    }
    if name in exact:
        return exact[name]
    if name.endswith("+json"):
        return JSON
    if name.endswith("+xml"):
        return XML
    if name in ("text/css", "text/javascript", "application/javascript", "application/x-javascript"):
        return PLAIN_TEXT
    family = name.split("/")[0]
    return {"image": IMAGE, "audio": MEDIA, "video": MEDIA, "font": BINARY}.get(family, UNKNOWN)


@njit(cache=True, nogil=True)
def _begins(data: np.ndarray, i: Int, end: Int, pattern: np.ndarray) -> bool:
    """Whether data[i:end] begins with the pattern, ASCII letters in either case."""
    if i + pattern[1] > end:
        return False
    for k in range(pattern[1]):
        c = np.int16(data[i + k])
        if 65 <= c <= 90:
            c += 32
        if c != pattern[2 + k]:
            return False
    return True


@njit(cache=True, nogil=True, forceinline=True)
def _name_ends(data: np.ndarray, i: Int, end: Int) -> bool:
    """Whether a tag's name ends before `i`: at white space, "/", ">" or the end."""
    return bool(i >= end or data[i] <= 32 or data[i] == 47 or data[i] == 62)


@njit(cache=True, nogil=True)
def _first_tag(data: np.ndarray, start: Int, end: Int) -> Int:
    """Kind told by <html> or its doctype within reach, or by a first tag <rss>, <feed> or <rdf:RDF>; else UNKNOWN.

    Comments are passed over.
    """
    i, tags = np.int64(start), 0
    while i < min(end, start + FIRST_TAG_BYTES):
        if data[i] != 60 or i + 1 >= end:
            i += 1
            continue
        for row in range(FIRST_TAGS.shape[0]):
            if _begins(data, i, end, FIRST_TAGS[row]) and _name_ends(data, i + FIRST_TAGS[row, 1], end):
                kind = np.int64(FIRST_TAGS[row, 0])
                if kind == HTML or tags == 0:
                    return kind
        if data[i + 1] == 33:  # a comment or a declaration
            i = after_comment(data, i, end)
        else:
            tags += 97 <= (data[i + 1] | 32) <= 122
            i += 1
    return np.int64(UNKNOWN)


@njit(cache=True, nogil=True)
def sniff(data: np.ndarray, start: Int, end: Int, promised: Int) -> Int:
    """The kind of data[start:end], `promised` being `kind_of_mime` of its header. UTF-16 is told as UTF-8 is."""
    end = min(end, start + HEAD_BYTES)
    order = utf16_order(data, start, end)
    if order:
        head = narrowed(data, start, end, order)
        return _sniff_bytes(head, np.int64(0), head.shape[0], promised)
    return _sniff_bytes(data, start, end, promised)


@njit(cache=True, nogil=True)
def _sniff_bytes(data: np.ndarray, start: Int, end: Int, promised: Int) -> Int:
    if end - start >= 3 and data[start] == 0xEF and data[start + 1] == 0xBB and data[start + 2] == 0xBF:
        start += 3
    control, tags = 0, 0
    first = np.int64(-1)
    for i in range(start, end):
        c = data[i]
        control += (c < 9) or (14 <= c < 32 and c != 27)
        tags += c == 60
        if first < 0 and c > 32:
            first = i
    if first < 0 and control == 0:
        return np.int64(EMPTY)
    for row in range(SIGNATURES.shape[0]):
        if _begins(data, start, end, SIGNATURES[row]):
            return np.int64(SIGNATURES[row, 0])
    if control * MOST_CONTROL > end - start:
        return np.int64(BINARY)
    if first < 0:
        return np.int64(EMPTY)
    told = _first_tag(data, first, end) if data[first] == 60 else np.int64(UNKNOWN)
    if told != UNKNOWN and promised <= FEED:
        return told
    if promised != UNKNOWN and promised != HTML:
        return np.int64(promised)
    if data[first] == 60:
        declares_xml = first + 1 < end and data[first + 1] == 63
        return np.int64(XML if declares_xml and promised == UNKNOWN else HTML)
    if (data[first] == 123 or data[first] == 91) and tags == 0:  # { [
        return np.int64(JSON)
    return np.int64(HTML if promised == HTML or tags > 0 else PLAIN_TEXT)
