"""One pass over each page of a batch: its running text, and every picture with its place in that text.

Source:   HTML Living Standard 13.2.5 (tokenization); 4.4.12 and 4.4.13 (figure, figcaption), 4.2.3 (base).
Deviates: pictures in <template> and <select> are none, a browser shows none there; what stands in <noscript> counts, as
          for a browser without scripts: it holds the picture that a script puts in.
"""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_byte
from corpusmill.operators.extract.html.base.short_names import name_key, value_of_name
from corpusmill.operators.extract.html.base.tags import TAG_KEYS, TAG_VALUES
from corpusmill.operators.extract.html.decode.sniff import HTML
from corpusmill.operators.extract.html.parse.attributes import end_of_tag, next_attribute
from corpusmill.operators.extract.html.parse.entities import decode_reference
from corpusmill.operators.extract.html.parse.head import HREF, LANG
from corpusmill.operators.extract.html.parse.markup import after_comment, end_of_raw_text
from corpusmill.operators.extract.html.pictures.addresses import resolve
from corpusmill.operators.extract.html.pictures.tag import Image, read_image
from corpusmill.operators.text.kernel import njit

FIGURE, FIGCAPTION = T.NUMBER["figure"], T.NUMBER["figcaption"]
BASE, TEMPLATE, SELECT = T.NUMBER["base"], T.NUMBER["template"], T.NUMBER["select"]
MAX_FIGURES_OPEN = 64
LONGEST_BASE = 4096  # bytes of an address that others start from
MOST_PICTURES = 5000  # of a page; what lists more is an index of files; guess. One more is noted, to tell such a page
BOM_BYTES = 3
NONE = -1


class Pictures(NamedTuple):
    """What was found: one row a picture that has an address, in order, and one a figure.

    Spans are (start, end) in `text`, `words` or `address`; figure: row, NONE outside one.
    """

    page: np.ndarray  # int64 by picture: row of its page
    address_end: np.ndarray  # int64 by picture, after a leading 0
    alt: np.ndarray  # int64[pictures, 2], in words
    size: np.ndarray  # int32[pictures, 2]: width, height; 0 when none is said
    place: np.ndarray  # int64 by picture: where it stands in text
    figure: np.ndarray  # int64 by picture
    caption: np.ndarray  # int64[figures, 2], in text
    text_begin: np.ndarray  # int64 by page, and the end of the last
    language: np.ndarray  # int64[pages, 2], in the bytes of the pages
    address: np.ndarray  # uint8
    words: np.ndarray  # uint8
    text: np.ndarray  # uint8


@njit(cache=True, nogil=True)
def count_marks(
    data: np.ndarray, start: np.ndarray, end: np.ndarray, kind: np.ndarray, url_offsets: np.ndarray
) -> tuple[Int, Int, Int]:
    """How often "<im" (up to MOST_PICTURES + 1 of a page) and "<fi" stand in the pages, in either case, and a bound.

    No more pictures and figures can be in them. The bound is of the bytes that addresses take over from their base.
    """
    images = figures = based = np.int64(0)
    for row in range(kind.shape[0]):
        if kind[row] != HTML:
            continue
        i, n = np.int64(start[row]), np.int64(end[row])
        mine, base = np.int64(0), min(np.int64(url_offsets[row + 1] - url_offsets[row]), np.int64(LONGEST_BASE))
        i = find_byte(data, i, n, 60)
        while i + 3 < n:
            second, third = data[i + 1] | 32, data[i + 2] | 32
            mine += second == 105 and third == 109
            figures += second == 102 and third == 105
            if second == 98 and third == 97 and data[i + 3] | 32 == 115:  # <base> may make it longer
                base = np.int64(LONGEST_BASE)
            i = find_byte(data, i + 1, n, 60)
        mine = min(mine, np.int64(MOST_PICTURES + 1))
        images += mine
        based += mine * base
    return images, figures, based


def room(pages: int, size_bytes: int, images: Int, figures: Int, based: Int) -> Pictures:
    """Room for what the pages can hold, see `count_marks`. What is not written to costs no memory."""
    return Pictures(
        page=np.empty(images, np.int64),
        address_end=np.zeros(images + 1, np.int64),
        alt=np.empty((images, 2), np.int64),
        size=np.empty((images, 2), np.int32),
        place=np.empty(images, np.int64),
        figure=np.empty(images, np.int64),
        caption=np.zeros((figures, 2), np.int64),
        text_begin=np.zeros(pages + 1, np.int64),
        language=np.zeros((pages, 2), np.int64),
        address=np.empty(3 * (size_bytes + based) + 1, np.uint8),
        words=np.empty(size_bytes + 1, np.uint8),
        text=np.empty(2 * size_bytes + pages + 1, np.uint8),
    )


@njit(cache=True, nogil=True)
def decoded(src: np.ndarray, start: Int, end: Int, out: np.ndarray, o: Int, is_value: bool) -> Int:
    """Copies src[start:end] to out[o:] with its character references decoded; the position after it.

    is_value: of an attribute, where a name without semicolon is none before "=", a letter or a digit (13.2.5.73).
    """
    while start < end:
        if src[start] == 38:
            after, then = decode_reference(src, start, end, out, o)
            bare = is_value and after > start and src[after - 1] != 59 and src[start + 1] != 35 and after < end
            if bare:
                c = src[after]
                bare = c == 61 or 48 <= c <= 57 or 97 <= (c | 32) <= 122
            if after > start and not bare:
                start, o = after, then
                continue
        out[o] = src[start]
        o += 1
        start += 1
    return o


@njit(cache=True, nogil=True)
def _attribute(src: np.ndarray, j: Int, n: Int, name: Int) -> tuple[Int, Int]:
    """The first value of an attribute of the tag whose name ends at `j`: its span, end 0 when there is none."""
    while True:
        key, start, end, j = next_attribute(src, j, n)
        if key == np.uint64(0):
            return np.int64(0), np.int64(0)
        if key == name:
            return start, end


class Walk(NamedTuple):
    """What is known at a place of a page. state: int64[9], see below; figures: rows of those that are open."""

    state: np.ndarray
    base: np.ndarray  # uint8: the address that others start from
    figures: np.ndarray  # int64


PICTURES, FIGURES, TEXT_END, BASE_END, IS_BASED, DEPTH, HIDDEN = range(7)
CAPTION_OF, FIRST = 7, 8  # a depth, 0 for none; the row of the page's first picture


@njit(cache=True, nogil=True)
def scan_pages(
    data: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    kind: np.ndarray,
    urls: np.ndarray,
    url_offsets: np.ndarray,
    out: Pictures,
) -> tuple[Int, Int]:
    """Fills `out` from the pages data[start[row]:end[row]] (UTF-8) that are HTML: (pictures, figures)."""
    walk = Walk(np.zeros(9, np.int64), np.empty(LONGEST_BASE, np.uint8), np.empty(MAX_FIGURES_OPEN, np.int64))
    st = walk.state
    for row in range(kind.shape[0]):
        out.text_begin[row] = st[TEXT_END]
        if kind[row] != HTML:
            continue
        first = np.int64(start[row])
        if (
            end[row] - first >= BOM_BYTES
            and data[first] == 0xEF
            and data[first + 1] == 0xBB
            and data[first + 2] == 0xBF
        ):
            first += BOM_BYTES
        size = min(url_offsets[row + 1] - url_offsets[row], LONGEST_BASE)
        walk.base[:size] = urls[url_offsets[row] : url_offsets[row] + size]
        st[BASE_END] = size
        st[FIRST] = st[PICTURES]
        st[IS_BASED] = st[DEPTH] = st[HIDDEN] = st[CAPTION_OF] = 0
        _page(data, first, np.int64(end[row]), row, walk, out)
        _end_caption(walk, out)
    out.text_begin[kind.shape[0]] = st[TEXT_END]
    return st[PICTURES], st[FIGURES]


@njit(cache=True, nogil=True)
def _page(src: np.ndarray, i: Int, n: Int, row: Int, walk: Walk, out: Pictures) -> None:
    """Reads one page from `i` on."""
    st = walk.state
    while i < n:
        stop = find_byte(src, i, n, 60)
        st[TEXT_END] = decoded(src, i, stop, out.text, st[TEXT_END], False)
        i = stop
        closing = bool(i + 1 < n and src[i + 1] == 47)
        first = i + 2 if closing else i + 1
        if first >= n:
            break
        c = src[first]
        if 97 <= (c | 32) <= 122:
            i = _tag(src, first, n, row, closing, walk, out)
        elif closing or c == 33 or c == 63:
            i = after_comment(src, i, n)
        else:
            _put(walk, out, 60)
            i += 1


@njit(cache=True, nogil=True)
def _put(walk: Walk, out: Pictures, byte: Int) -> None:
    out.text[walk.state[TEXT_END]] = byte
    walk.state[TEXT_END] += 1


@njit(cache=True, nogil=True)
def _tag(src: np.ndarray, first: Int, n: Int, row: Int, closing: bool, walk: Walk, out: Pictures) -> Int:
    """A tag whose name begins at `first`; the position after it, and after the raw text it holds."""
    st = walk.state
    j = first
    while j < n and src[j] > 32 and src[j] != 62 and src[j] != 47:
        j += 1
    tag = value_of_name(TAG_KEYS, TAG_VALUES, name_key(src, first, j, n))
    if tag == T.IMG and not closing:
        image = read_image(src, j, n)
        if st[HIDDEN] == 0:
            _picture(src, image, row, walk, out)
        return min(image.after + 1, n)
    if tag == T.HTML and not closing and out.language[row, 1] == 0:
        out.language[row, 0], out.language[row, 1] = _attribute(src, j, n, LANG)
    elif tag == BASE and not closing and st[IS_BASED] == 0:
        _set_base(src, j, n, walk)
    elif tag == FIGURE:
        _figure(closing, walk, out)
    elif tag == FIGCAPTION and 0 < st[DEPTH] <= MAX_FIGURES_OPEN:
        _figcaption(closing, walk, out)
    elif tag in (TEMPLATE, SELECT):
        st[HIDDEN] = max(st[HIDDEN] - 1, 0) if closing else st[HIDDEN] + 1
    i = min(end_of_tag(src, j, n) + 1, n)
    kinds = T.KIND[tag]
    if kinds & T.BLOCK or tag == T.BR:
        _put(walk, out, 10)
    elif kinds & T.RAW and not closing:
        i = end_of_raw_text(src, i, n, first, j)
    return i


@njit(cache=True, nogil=True)
def _set_base(src: np.ndarray, j: Int, n: Int, walk: Walk) -> None:
    """The address of <base> becomes the one that others start from; the first that has one counts."""
    start, end = _attribute(src, j, n, HREF)
    if start < end < start + LONGEST_BASE // 4:
        raw, joined = np.empty(LONGEST_BASE, np.uint8), np.empty(3 * LONGEST_BASE, np.uint8)
        ready = decoded(src, start, end, raw, 0, True)
        length = min(resolve(walk.base, walk.state[BASE_END], raw, 0, ready, joined, 0), LONGEST_BASE)
        if length:
            walk.base[:length] = joined[:length]
            walk.state[BASE_END] = length
        walk.state[IS_BASED] = 1


@njit(cache=True, nogil=True)
def _figure(closing: bool, walk: Walk, out: Pictures) -> None:
    st = walk.state
    if not closing:
        if st[DEPTH] < MAX_FIGURES_OPEN:
            walk.figures[st[DEPTH]] = st[FIGURES]
        st[DEPTH] += 1
        st[FIGURES] += 1
    elif st[DEPTH] > 0:
        if st[CAPTION_OF] == st[DEPTH]:
            _end_caption(walk, out)
        st[DEPTH] -= 1


@njit(cache=True, nogil=True)
def _figcaption(closing: bool, walk: Walk, out: Pictures) -> None:
    """The first caption of the innermost figure begins, or ends."""
    st = walk.state
    figure = walk.figures[st[DEPTH] - 1]
    if not closing and out.caption[figure, 1] == 0 and st[CAPTION_OF] == 0:
        out.caption[figure, 0] = st[TEXT_END]
        st[CAPTION_OF] = st[DEPTH]
    elif closing and st[CAPTION_OF] == st[DEPTH]:
        _end_caption(walk, out)


@njit(cache=True, nogil=True)
def _end_caption(walk: Walk, out: Pictures) -> None:
    st = walk.state
    if st[CAPTION_OF] > 0:
        out.caption[walk.figures[st[CAPTION_OF] - 1], 1] = st[TEXT_END]
        st[CAPTION_OF] = 0


@njit(cache=True, nogil=True)
def _picture(src: np.ndarray, image: Image, page: Int, walk: Walk, out: Pictures) -> None:
    """Notes a picture if it has an address."""
    st = walk.state
    row = st[PICTURES]
    if image.src_end <= image.src or row - st[FIRST] > MOST_PICTURES:
        return
    w = out.alt[row - 1, 1] if row else np.int64(0)
    ready = decoded(src, image.src, image.src_end, out.words, w, True)  # overwritten by the text below
    begin = np.int64(out.address_end[row])
    end = resolve(walk.base, st[BASE_END], out.words, w, ready, out.address, begin)
    if end == begin:
        return
    inside = 0 < st[DEPTH] <= MAX_FIGURES_OPEN
    out.page[row], out.place[row] = page, st[TEXT_END]
    out.figure[row] = walk.figures[st[DEPTH] - 1] if inside else np.int64(NONE)
    out.address_end[row + 1] = end
    out.size[row, 0], out.size[row, 1] = image.width, image.height
    out.alt[row, 0] = w
    out.alt[row, 1] = decoded(src, image.alt, image.alt_end, out.words, w, True) if image.alt_end > image.alt else w
    st[PICTURES] += 1
