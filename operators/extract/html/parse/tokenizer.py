"""One pass over a page: bytes become blocks of text and a tree of block-level elements.

Source:   HTML Living Standard 13.2.5 (tokenization).
Deviates: text in script, style, svg, select, iframe and the like is dropped; runs of white space, no-break and other
          exotic spaces become one space outside <pre>; soft hyphens and zero-width characters are dropped where they
          spell nothing; noscript is read, because forums serve their posts in it. Formulas become TeX or one line,
          superscripts and readings above a line are set apart, line numbers of code listings are left out.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import WIDTH, find_byte
from corpusmill.operators.extract.html.base.short_names import name_key, value_of_name
from corpusmill.operators.extract.html.base.tags import TAG_KEYS, TAG_VALUES
from corpusmill.operators.extract.html.base.vectors import bytes_of, trailing_zeros
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.attributes import end_of_tag, read_attributes
from corpusmill.operators.extract.html.parse.blocks import (
    begin_or_end_emphasis,
    begin_or_end_link,
    end_block,
    end_link_span,
    line_break,
)
from corpusmill.operators.extract.html.parse.class_roles import roles_of
from corpusmill.operators.extract.html.parse.glosses import begin_or_end_gloss
from corpusmill.operators.extract.html.parse.head import note, read_head_tag
from corpusmill.operators.extract.html.parse.markup import after_comment, end_of_raw_text
from corpusmill.operators.extract.html.parse.math.formulas import put_attribute, put_image, put_math, put_script
from corpusmill.operators.extract.html.parse.raised import SPAN_NAME, SUB_NAME, SUP_NAME, begin_raised, end_raised
from corpusmill.operators.extract.html.parse.raised_otherwise import after_note_link, raised_span
from corpusmill.operators.extract.html.parse.running_text import copy_text
from corpusmill.operators.extract.html.parse.tree import close, open_element
from corpusmill.operators.extract.html.parse.unseen import after_unseen
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

ends_tag_name = bytes_of((0, 32), (47, 47), (62, 62))  # white space / >


@njit(cache=True, nogil=True)
def _reset(ws: Workspace) -> None:
    ws.state[:] = 0
    ws.open_tags[:] = 0
    ws.spots[:] = 0
    ws.values[:] = 0
    root = ws.elements[0]
    root[:] = 0
    root[C.PARENT] = root[C.CONTAINER] = -1
    root[C.TAG] = T.HTML
    root[C.SIGNATURE] = 1
    ws.stack[0, 0] = 0
    ws.stack[0, 1] = T.HTML
    ws.state[C.ELEMENTS] = 1
    ws.state[C.LINK_FROM] = ws.state[C.EMPHASIS_FROM] = -1


@njit(cache=True, nogil=True)
def tokenize(src: np.ndarray, n: Int, ws: Workspace) -> None:
    """Reads `src[:n]` (UTF-8). Fills text, blocks, elements, names, links, spots, scripts; counts are in the state."""
    ws = borrowed(ws)
    st = ws.state
    _reset(ws)
    i = np.int64(0)
    while i < n:
        i = find_byte(src, i, n, 60) if st[C.SKIPPING] > 0 else copy_text(src, i, n, ws)
        closing = bool(i + 1 < n and src[i + 1] == 47)
        first = i + 2 if closing else i + 1
        if first >= n:
            break
        c = src[first]
        if 97 <= (c | 32) <= 122:
            i = _tag(src, first, n, ws, closing)
        elif closing or c == 33 or c == 63:
            i = after_comment(src, i, n)
        else:
            if st[C.SKIPPING] == 0:
                _literal_less_than(ws)
            i += 1
    end_block(ws)
    if st[C.LINK_FROM] >= 0:
        end_link_span(ws)


@njit(cache=True, nogil=True, forceinline=True)
def _literal_less_than(ws: Workspace) -> None:
    st = ws.state
    o = st[C.OUT]
    if st[C.PENDING] and o > st[C.BLOCK_START] and ws.text[o - 1] != 10:
        ws.text[o] = 32
        o += 1
    ws.text[o] = TAG_OPEN_BYTE
    st[C.OUT] = o + 1
    st[C.PENDING] = 0


TAG_OPEN_BYTE = ord("<")


@njit(cache=True, nogil=True, forceinline=True)
def _end_of_tag_name(src: np.ndarray, first: Int, n: Int) -> Int:
    """Position after the name that begins at `first`. Names have many lengths: a loop over bytes ends unforeseen."""
    j = first
    if j + WIDTH <= n:
        found = ends_tag_name(src, j)
        if found:
            return j + trailing_zeros(found)
        j += WIDTH
    while j < n and src[j] > 32 and src[j] != 62 and src[j] != 47:
        j += 1
    return j


@njit(cache=True, nogil=True, forceinline=True)
def _tag(src: np.ndarray, first: Int, n: Int, ws: Workspace, closing: bool) -> Int:
    """A tag whose name begins at `first`; the position after it (and after the raw text it holds)."""
    st = ws.state
    j = _end_of_tag_name(src, first, n)
    tag = value_of_name(TAG_KEYS, TAG_VALUES, name_key(src, first, j, n))
    kind = T.KIND[tag]
    name_end = j
    if (kind & T.BLOCK) and not (closing and ws.open_tags[tag] == 0 and tag != T.P):
        end_block(ws)
    names_from = st[C.NAMES]
    wanted = (kind & T.BLOCK) or ((kind & T.INLINE) and st[C.SKIPPING] == 0)
    if closing or not wanted or st[C.NAMES] + 32 > ws.names.shape[0]:
        st[C.A_SIGNATURE] = st[C.A_COMMENTS] = 0
        if j >= n or src[j] != 62:
            j = end_of_tag(src, j, n)
    else:
        j = read_attributes(src, j, n, ws, (kind & T.BLOCK) != 0)
        if st[C.SKIPPING] > 0:
            st[C.NAMES] = names_from
    i = min(j + 1, n)
    if tag == 0:
        return i
    # A call with the whole workspace costs as much as reading the tag: most tags have no such class word.
    if not closing and st[C.SKIPPING] == 0 and (tag == T.PRE or roles_of(ws.names, names_from, st[C.NAMES])):
        after = after_unseen(src, first, name_end, i, n, ws, tag, names_from)
        if after >= 0:
            return after
    if kind & T.BLOCK:
        if closing:
            close(ws, tag)
        elif tag == T.HTML:
            read_head_tag(src, name_end, n, ws, tag)
        elif not (kind & T.VOID) and tag != T.HEAD_TAG and not (tag == T.BODY and ws.open_tags[T.BODY] > 0):
            open_element(ws, tag, names_from)
    elif kind & T.RAW:
        if not closing:
            i = _raw_text(src, first, name_end, i, n, ws, tag)
    elif not closing and (kind & T.HEAD):
        read_head_tag(src, name_end, n, ws, tag)
    elif st[C.SKIPPING] == 0:
        if not kind:
            return _math_or_raised(src, name_end, i, n, ws, tag, closing)
        _inline(ws, tag, closing)
        if tag == T.IMG:
            put_image(src, name_end, n, ws)
        elif tag == T.A and not closing:
            o = st[C.OUT]
            if i < n and 48 <= src[i] <= 57 and not st[C.PENDING] and o > st[C.BLOCK_START] and ws.text[o - 1] > 32:
                return after_note_link(src, name_end, i, n, ws)
        elif tag == T.SPAN:
            return _raised_span(src, name_end, i, n, ws, closing, names_from)
    return i


@njit(cache=True, nogil=True)
def _math_or_raised(src: np.ndarray, name_end: Int, i: Int, n: Int, ws: Workspace, tag: Int, closing: bool) -> Int:
    """<math>, <sup>, <sub>, <rt> and the like, or the end of one; the position after it."""
    if tag == T.MATH:
        return i if closing or ws.state[C.MATH_UNCLOSED] else put_math(src, name_end, i, n, ws)
    if tag == T.AMP_MATHML:
        if not closing:
            put_attribute(src, name_end, n, ws)
        return i
    if tag == T.RT or tag == T.RUBY:
        begin_or_end_gloss(ws, tag == T.RT and not closing)
        return i
    if closing:
        end_raised(ws)
        return i
    return begin_raised(src, name_end, i, n, ws, SUP_NAME if tag == T.SUP else SUB_NAME, tag == T.SUP)


@njit(cache=True, nogil=True, forceinline=True)
def _raised_span(src: np.ndarray, name_end: Int, i: Int, n: Int, ws: Workspace, closing: bool, names_from: Int) -> Int:
    """<span> that is a superscript or subscript by its class or style, or the end of one; the position after it."""
    st = ws.state
    if closing:
        if st[C.RAISED_UNTIL] == i and i > 0:
            st[C.RAISED_UNTIL] = 0
            end_raised(ws)
        return i
    if src[name_end] != 62:
        raised = raised_span(src, name_end, n, ws, names_from)
        if raised:
            return begin_raised(src, name_end, i, n, ws, SPAN_NAME, raised == T.SUP)
    return i


@njit(cache=True, nogil=True, forceinline=True)
def _inline(ws: Workspace, tag: Int, closing: bool) -> None:
    if tag == T.A:
        begin_or_end_link(ws, closing)
    elif tag == T.B or tag == T.STRONG or tag == T.EM or tag == T.I_TAG:
        begin_or_end_emphasis(ws, closing)
    elif tag == T.BR:
        line_break(ws)
    elif tag == T.IMG:
        ws.state[C.B_IMAGES] += 1


@njit(cache=True, nogil=True)
def _raw_text(src: np.ndarray, first: Int, name_end: Int, i: Int, n: Int, ws: Workspace, tag: Int) -> Int:
    """Passes over the content of a raw-text element that begins at `i`, noting a title and JSON-LD."""
    st = ws.state
    end = end_of_raw_text(src, i, n, first, name_end)
    if tag == T.TITLE and end == n:  # never closed: a browser shows nothing more; we go on at the next tag
        end = find_byte(src, i, n, 60)
    if tag == T.TITLE and st[C.SKIPPING] == 0:
        note(ws, C.TITLE_AT, i, end)
    elif tag == T.SCRIPT and st[C.SKIPPING] == 0:
        put_script(src, name_end, i, end, n, ws)
    if tag == T.SCRIPT and st[C.SCRIPTS] < ws.scripts.shape[0] and read_head_tag(src, name_end, n, ws, tag):
        ws.scripts[st[C.SCRIPTS], 0] = i
        ws.scripts[st[C.SCRIPTS], 1] = end
        st[C.SCRIPTS] += 1
    return end
