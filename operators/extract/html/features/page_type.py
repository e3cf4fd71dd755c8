"""What a page says it is: og:type, and the types of its JSON-LD.

Source: Open Graph protocol (og:type); schema.org types Article, Product, ItemList, DiscussionForumPosting and kin.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fnv1a
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_two
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.text.kernel import njit

OG_OTHER, OG_WEBSITE, OG_ARTICLE, OG_PRODUCT = 1, 2, 3, 4  # 0 when the page does not say
_OG = {"website": OG_WEBSITE, "article": OG_ARTICLE, "blog": OG_ARTICLE, "product": OG_PRODUCT}
_OG |= {"og:product": OG_PRODUCT, "product.item": OG_PRODUCT, "product.group": OG_PRODUCT}
OG_KEYS = np.array([fnv1a(name.encode()) for name in _OG], np.uint64)
OG_VALUES = np.array(list(_OG.values()), np.int64)

LD_ARTICLE, LD_PRODUCT, LD_LIST, LD_DISCUSSION, LD_ORGANIZATION = 1, 2, 4, 8, 16
_LD = {
    LD_ARTICLE: "Article NewsArticle BlogPosting TechArticle ScholarlyArticle ReportageNewsArticle Recipe HowTo",
    LD_PRODUCT: "Product ProductGroup IndividualProduct",
    LD_LIST: "ItemList CollectionPage SearchResultsPage OfferCatalog Blog",
    LD_DISCUSSION: "DiscussionForumPosting QAPage Question SocialMediaPosting",
    LD_ORGANIZATION: "Organization LocalBusiness Service Corporation ProfessionalService",
}
LD_KEYS = np.array([fnv1a(name.encode()) for names in _LD.values() for name in names.split()], np.uint64)
LD_BITS = np.array([bit for bit, names in _LD.items() for _ in names.split()], np.int64)
TYPE = np.frombuffer(b'"@type"', np.uint8).copy()


@njit(cache=True, nogil=True)
def og_type(src: np.ndarray, ws: Workspace) -> int:
    """One of the OG_ numbers; 0 when the page does not say."""
    start, end = ws.spots[C.OG_TYPE_AT, 0], ws.spots[C.OG_TYPE_AT, 1]
    if end == 0:
        return 0
    h = BASIS
    for k in range(start, end):
        h = (h ^ np.uint64(src[k])) * PRIME
    for k in range(OG_KEYS.shape[0]):
        if OG_KEYS[k] == h:
            return OG_VALUES[k]
    return OG_OTHER


@njit(cache=True, nogil=True)
def _types_in(src: np.ndarray, start: Int, end: Int) -> int:
    """Bits of the types that one JSON text names."""
    found, i = 0, start
    length = TYPE.shape[0]
    while True:
        i = find_two(src, i, end, 34, 1, 64)
        if i + length >= end:
            break
        same = True
        for k in range(length):
            same = same and src[i + k] == TYPE[k]
        i += length if same else 1
        if not same:
            continue
        while i < end and (src[i] <= 32 or src[i] == 58 or src[i] == 34 or src[i] == 91):
            i += 1
        h = BASIS
        while i < end and src[i] != 34 and src[i] > 32:
            h = (h ^ np.uint64(src[i])) * PRIME
            i += 1
        for k in range(LD_KEYS.shape[0]):
            if LD_KEYS[k] == h:
                found |= LD_BITS[k]
    return found


@njit(cache=True, nogil=True)
def ld_types(src: np.ndarray, ws: Workspace) -> int:
    """The LD_ bits of all JSON-LD of the page."""
    found = 0
    for k in range(ws.state[C.SCRIPTS]):
        found |= _types_in(src, ws.scripts[k, 0], ws.scripts[k, 1])
    return found
