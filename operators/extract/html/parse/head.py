"""Where a page tells of itself: title, language, address, date. Positions in the source; the words are cut later.

Source: Open Graph protocol (og:title, article:published_time), schema.org (datePublished), RFC 6596 (canonical).
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.characters import LOWER
from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fnv1a
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.short_names import key_of_name
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.attributes import ITEMPROP, next_attribute
from corpusmill.operators.text.kernel import njit

LANG, XML_LANG, REL, HREF, CONTENT, NAME, PROPERTY, TYPE, DATETIME = (
    key_of_name(n)
    for n in (b"lang", b"xml:lang", b"rel", b"href", b"content", b"name", b"property", b"type", b"datetime")
)
CANONICAL, OG_TITLE, OG_TYPE, LD_JSON, DESCRIPTION, OG_DESCRIPTION = (
    np.uint64(fnv1a(v))
    for v in (b"canonical", b"og:title", b"og:type", b"application/ld+json", b"description", b"og:description")
)
PUBLISHED = np.array(
    [
        fnv1a(v)
        for v in (
            b"article:published_time",
            b"og:published_time",
            b"datepublished",
            b"date",
            b"dc.date",
            b"dc.date.issued",
            b"dcterms.created",
            b"dcterms.date",
            b"pubdate",
            b"publishdate",
            b"publish-date",
            b"parsely-pub-date",
            b"sailthru.date",
            b"citation_publication_date",
        )
    ],
    np.uint64,
)


@njit(cache=True, nogil=True)
def _value_hash(src: np.ndarray, start: Int, end: Int) -> Int:
    h = BASIS
    for k in range(start, min(end, start + 64)):
        h = (h ^ np.uint64(LOWER[src[k]])) * PRIME
    return h


@njit(cache=True, nogil=True)
def note(ws: Workspace, spot: Int, start: Int, end: Int) -> None:
    """Keeps the first non-empty stretch found for a spot."""
    if ws.spots[spot, 1] == 0 and end > start:
        ws.spots[spot, 0] = start
        ws.spots[spot, 1] = end


@njit(cache=True, nogil=True)
def read_head_tag(src: np.ndarray, j: Int, n: Int, ws: Workspace, tag: Int) -> bool:
    """Notes what `<html>`, `<meta>`, `<link>`, `<time>` or `<script>` tells; true for a script of JSON-LD."""
    key = kind = np.uint64(0)
    start = end = 0
    while True:
        h, a, b, j = next_attribute(src, j, n)
        if h == np.uint64(0):
            break
        if tag == T.HTML:
            if h in (LANG, XML_LANG):
                note(ws, C.LANG_AT, a, b)
        elif tag == T.TIME:
            if h == DATETIME:
                note(ws, C.TIME_AT, a, b)
        elif h in (NAME, PROPERTY, ITEMPROP, REL):
            key = _value_hash(src, a, b)
        elif h == TYPE:
            kind = _value_hash(src, a, b)
        elif h in (CONTENT, HREF):
            start, end = a, b
    if tag == T.SCRIPT:
        return kind == LD_JSON
    if tag == T.LINK and key == CANONICAL:
        note(ws, C.CANONICAL_AT, start, end)
    if tag == T.META:
        if key == OG_TITLE:
            note(ws, C.OG_TITLE_AT, start, end)
        elif key == OG_TYPE:
            note(ws, C.OG_TYPE_AT, start, end)
        elif key in (DESCRIPTION, OG_DESCRIPTION):
            note(ws, C.DESCRIPTION_AT, start, end)
        for wanted in PUBLISHED:
            if key == wanted:
                note(ws, C.PUBLISHED_AT, start, end)
    return False
