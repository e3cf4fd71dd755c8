"""Reads the attributes of one <img>: where its address, its alternative text and its size are written.

Source:   HTML Living Standard 4.8.3 (img), 2.3.4.2 (rules for parsing non-negative integers); of repeated attributes
          the first counts (13.2.5.33). data-src, data-original, data-lazy-src: addresses that scripts put in later.
"""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base.characters import LOWER
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.short_names import key_of_name
from corpusmill.operators.extract.html.parse.attributes import next_attribute
from corpusmill.operators.text.kernel import njit

SRC, SRCSET, ALT, WIDTH, HEIGHT = (key_of_name(n) for n in (b"src", b"srcset", b"alt", b"width", b"height"))
LAZY = tuple(key_of_name(n) for n in (b"data-src", b"data-original", b"data-lazy-src"))
LAZY_1, LAZY_2, LAZY_3 = LAZY
MOST_PIXELS = 1_000_000  # a larger number is no size
DATA = np.frombuffer(b"data:", np.uint8).copy()
PERCENT = 37


class Image(NamedTuple):
    """Positions in the source; end 0 where an attribute is not there. width, height: pixels, 0 when none is said."""

    src: Int
    src_end: Int
    alt: Int
    alt_end: Int
    width: Int
    height: Int
    after: Int  # position of the ">" that ends the tag


@njit(cache=True, nogil=True)
def read_image(src: np.ndarray, j: Int, n: Int) -> Image:
    """The attributes of the tag whose name ends at `j`."""
    own = own_end = lazy = lazy_end = listed = listed_end = alt = alt_end = np.int64(0)
    width = height = np.int64(-1)
    while True:
        key, start, end, j = next_attribute(src, j, n)
        if key == np.uint64(0):
            break
        if key == SRC:
            if own_end == 0:
                own, own_end = start, end
        elif key == ALT:
            if alt_end == 0:
                alt, alt_end = start, end
        elif key == WIDTH:
            if width < 0:
                width = pixels(src, start, end)
        elif key == HEIGHT:
            if height < 0:
                height = pixels(src, start, end)
        elif key == SRCSET:
            if listed_end == 0:
                listed, listed_end = first_candidate(src, start, end)
        elif key in (LAZY_1, LAZY_2, LAZY_3) and lazy_end == 0:
            lazy, lazy_end = start, end
    if is_blank(src, own, own_end) and lazy_end > 0 and not is_blank(src, lazy, lazy_end):
        own, own_end = lazy, lazy_end
    if is_blank(src, own, own_end) and listed_end > 0:
        own, own_end = listed, listed_end
    return Image(own, own_end, alt, alt_end, max(width, 0), max(height, 0), j)


@njit(cache=True, nogil=True)
def is_blank(src: np.ndarray, start: Int, end: Int) -> bool:
    """Whether an address is empty or holds its picture itself (data:), as placeholders do."""
    while start < end and src[start] <= 32:
        start += 1
    if start >= end:
        return True
    if end - start < len(DATA):
        return False
    same = 0
    while same < len(DATA) and LOWER[src[start + same]] == DATA[same]:
        same += 1
    return same == len(DATA)


@njit(cache=True, nogil=True)
def first_candidate(src: np.ndarray, start: Int, end: Int) -> tuple[Int, Int]:
    """The first address of a srcset."""
    while start < end and (src[start] <= 32 or src[start] == 44):
        start += 1
    stop = start
    while stop < end and src[stop] > 32:
        stop += 1
    while stop > start and src[stop - 1] == 44:
        stop -= 1
    return start, stop


@njit(cache=True, nogil=True)
def pixels(src: np.ndarray, start: Int, end: Int) -> Int:
    """The number that an attribute begins with; 0 for a share in percent, for none, and for one that is no size."""
    while start < end and src[start] <= 32:
        start += 1
    found, first = np.int64(0), start
    while start < end and 48 <= src[start] <= 57 and start - first < 8:
        found = found * 10 + (np.int64(src[start]) - 48)
        start += 1
    while start < end and (src[start] == 46 or 48 <= src[start] <= 57):
        start += 1
    while start < end and src[start] <= 32:
        start += 1
    percent = start < end and src[start] == PERCENT
    return np.int64(0) if percent or found > MOST_PIXELS else found
