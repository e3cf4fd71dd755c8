"""Leaves out the headlines of other pages that follow an article, where the page says that it is one.

The model learned from pages of lists, too, and keeps such headlines. What says so is an <article> that holds the prose
and none of the headlines, an Article in the page's JSON-LD, or a heading such as "Latest news" over them.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.hashing import fnv1a, folded
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features.names import FIRST
from corpusmill.operators.extract.html.features.sums import is_prose
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

LEAST_HEADLINES = 5
LINKED = np.float32(0.6)  # least share of a headline that is link
HEADLINE_WORDS = (3, 25)
BESIDE_WORDS = 12  # most words of what stands beside headlines: dates, names, sections
LEAST_PROSE_WORDS = 15  # of the article's prose
LD_ARTICLE, HEADING_LEVEL = FIRST.index("ld_article"), FIRST.index("heading_level")
IN_ARTICLE = np.int64(T.ANCESTOR_BIT[T.ARTICLE])
_OTHER_PAGES = """more latest related recent popular trending recommended headlines mehr weitere aktuelle verwandte
aussi autres relacionadas relacionados noticias correlati notizie gerelateerd meer artykuły podobne"""
OTHER_PAGES = np.array(sorted(folded(fnv1a(word.encode())) for word in _OTHER_PAGES.split()), np.uint32)


@njit(cache=True, nogil=True)
def drop_headlines(ws: Workspace) -> None:
    """Clears `keep` of headlines, and what stands beside them, after the last kept paragraph of an article."""
    ws = borrowed(ws)
    blocks = np.int64(ws.state[C.BLOCKS])
    last = blocks - 1
    while last >= 0 and not (ws.keep[last] and is_prose(ws.stats[last])):
        last -= 1
    if last < 0:
        return
    headlines, first = 0, np.int64(-1)
    for b in range(last + 1, blocks):
        if not ws.keep[b]:
            continue
        words = ws.stats[b, C.WORDS]
        if ws.stats[b, C.LINK_SHARE] > LINKED and HEADLINE_WORDS[0] <= words <= HEADLINE_WORDS[1]:
            headlines += 1
            first = np.int64(b) if first < 0 else first
        elif words > BESIDE_WORDS:
            return
    if headlines < LEAST_HEADLINES or ws.stats[last, C.WORDS] < LEAST_PROSE_WORDS:
        return
    heading = first
    while heading - 1 > last and (not ws.keep[heading - 1] or ws.features[heading - 1, HEADING_LEVEL] > 0):
        heading -= 1
    if ws.features[last, LD_ARTICLE] > 0 or _is_headed(ws, heading, first) or _is_apart(ws, last, first):
        ws.keep[heading:blocks] = 0


@njit(cache=True, nogil=True)
def _is_headed(ws: Workspace, begin: Int, end: Int) -> bool:
    """Whether a heading among the blocks speaks of other pages."""
    for b in range(begin, end):
        if ws.features[b, HEADING_LEVEL] > 0:
            for k in range(ws.word_counts[b]):
                for word in OTHER_PAGES:
                    if ws.word_hashes[b, k] == word:
                        return True
    return False


@njit(cache=True, nogil=True)
def _article_of(ws: Workspace, block: Int) -> Int:
    """The nearest <article> around a block; -1 when there is none."""
    at = np.int64(ws.blocks[block, C.OWNER])
    if not ws.elements[at, C.ANCESTRY] & IN_ARTICLE:
        return np.int64(-1)
    while at >= 0 and ws.elements[at, C.TAG] != T.ARTICLE:
        at = np.int64(ws.elements[at, C.PARENT])
    return at


@njit(cache=True, nogil=True)
def _is_apart(ws: Workspace, last: Int, first: Int) -> bool:
    """Whether one <article> holds all kept prose up to block `last`, and not the first headline."""
    article = _article_of(ws, last)
    if article < 0:
        return False
    for b in range(last):
        if ws.keep[b] and is_prose(ws.stats[b]) and _article_of(ws, b) != article:
            return False
    at = np.int64(ws.blocks[first, C.OWNER])
    while at > article:  # elements are numbered in document order
        at = np.int64(ws.elements[at, C.PARENT])
    return bool(at != article)
