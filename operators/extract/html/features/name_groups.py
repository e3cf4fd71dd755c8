"""Class words by what pages commonly mean by them: one bit a group, handed down from an element to all in it."""

import numpy as np

from corpusmill.operators.extract.html.base.hashing import fnv1a, folded
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.attributes import HIDDEN_WORD, OF_CLASS, OF_ROLE
from corpusmill.operators.text.kernel import njit

GROUPS = {
    "comment": "comment comments commentlist reply replies respond disqus discussion answer answers",
    "post": "post posts message messages topic thread entry",
    "author": "author byline bio contributor avatar user profile username member",
    "date": "meta date time published timestamp datetime postmeta",
    "related": """related recommended recommendations recommendation similar upsell crosssell suggestions popular
        trending""",
    "share": "share sharing social follow facebook twitter",
    "navigation": "nav navigation navbar menu megamenu submenu breadcrumb breadcrumbs pagination pager toc",
    "sidebar": "sidebar aside widget widgets rail secondary complementary",
    "footer": "footer foot copyright legal colophon contentinfo",
    "header": "header masthead topbar banner",
    "overlay": "cookie cookies consent gdpr modal popup dialog overlay lightbox drawer offcanvas tooltip",
    "subscription": "newsletter subscribe signup subscription optin form login register",
    "advertisement": "ad ads advert advertisement sponsor sponsored promo promotion",
    "content": "content article body text main story prose richtext",
    "description": "description desc detail details overview summary info about excerpt",
    "review": "review reviews rating ratings testimonial testimonials stars",
    "price": "price prices cart basket buy checkout shipping stock quantity sku",
    "product": "product products item items",
    "card": "card cards tile tiles grid list listing results collection",
    "carousel": "carousel slider slide slides swiper slick gallery splide",
    "specification": "spec specs specification specifications attribute attributes features feature",
    "tabs": "tab tabs accordion faq faqs collapse collapsible panel",
    "filter": "filter filters facet facets sort refine search",
    "tag": "tag tags category categories label badge",
    "caption": "caption figure figcaption image media credit",
    "unseen": "hidden sr visually screen reader invisible",
    "title": "title heading headline subtitle",
    "button": "button btn cta action actions link links",
}
UNSEEN = 1 << list(GROUPS).index("unseen")


def _table() -> tuple[np.ndarray, np.ndarray]:
    """Open addressing on folded hashes of the words, as class or as role: keys (0 = free) and bits."""
    bits = {
        folded(fnv1a(word.encode(), seed)): 1 << k
        for k, words in enumerate(GROUPS.values())
        for word in words.split()
        for seed in (OF_CLASS, OF_ROLE)
    }
    bits[int(HIDDEN_WORD)] = UNSEEN
    keys, values = np.zeros(2048, np.uint32), np.zeros(2048, np.int32)
    for key, bit in bits.items():
        slot = key & 2047
        while keys[slot]:
            slot = (slot + 1) & 2047
        keys[slot], values[slot] = key, bit
    return keys, values


KEYS, BITS = _table()


@njit(cache=True, nogil=True, forceinline=True)
def group_of(name: Int) -> Int:
    """The bit of a hashed class word, 0 when it is in no group."""
    slot = np.int64(name & np.uint32(2047))
    while KEYS[slot]:
        if KEYS[slot] == name:
            return np.int64(BITS[slot])
        slot = (slot + 1) & 2047
    return np.int64(0)


@njit(cache=True, nogil=True, forceinline=True)
def groups_of(ws: Workspace, first: Int, last: Int) -> Int:
    """The bits of the class words names[first:last]."""
    bits = np.int64(0)
    for k in range(first, last):
        bits |= group_of(ws.names[k])
    return bits
