"""Recognises superscripts and footnote marks that are no <sup>: spans by class or style, links of digits to notes."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.short_names import key_of_name
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.ahead import is_name
from corpusmill.operators.extract.html.parse.attributes import CLASS, ID, OF_CLASS, STYLE, hash_words, next_attribute
from corpusmill.operators.extract.html.parse.class_roles import FOOTNOTE, SUBSCRIPT, SUPERSCRIPT, roles_of
from corpusmill.operators.extract.html.parse.math.byte_strings import find_bytes
from corpusmill.operators.text.kernel import njit

HREF, REL, ROLE = map(key_of_name, (b"href", b"rel", b"role"))
A_NAME, _ALIGN, _SUPER, _SUB = (np.frombuffer(s, np.uint8).copy() for s in (b"a", b"vertical-align", b"super", b"sub"))
MOST_DIGITS = 4  # of the number of a note


@njit(cache=True, nogil=True)
def raised_span(src: np.ndarray, at: Int, n: Int, ws: Workspace, names_from: Int) -> Int:
    """T.SUP or T.SUB where a span's class or style says so, else 0. src[at:] is the tag behind its name."""
    roles = roles_of(ws.names, names_from, ws.state[C.NAMES]) & (SUPERSCRIPT | SUBSCRIPT)
    while True:
        h, a, b, at = next_attribute(src, at, n)
        if h == np.uint64(0):
            return 0
        if h == CLASS and roles and _is_one_word(src, a, b):
            return T.SUP if roles & SUPERSCRIPT else T.SUB
        if h == STYLE:
            found = find_bytes(src, a, min(b, a + 256), _ALIGN)
            if found >= 0:
                end = min(b, found + 24)
                if find_bytes(src, found, end, _SUPER) >= 0:
                    return T.SUP
                if find_bytes(src, found, end, _SUB) >= 0:
                    return T.SUB


@njit(cache=True, nogil=True)
def _is_one_word(src: np.ndarray, start: Int, end: Int) -> bool:
    """Whether a class is one word without hyphens: `sub`, and not `sub-title`."""
    found = True
    for k in range(start, end):
        found = found and 97 <= (src[k] | 32) <= 122
    return found


@njit(cache=True, nogil=True)
def after_note_link(src: np.ndarray, at: Int, i: Int, n: Int, ws: Workspace) -> Int:
    """Writes the digits of a link to a note in brackets; the position of its end tag, or `i` where it is no such link.

    src[at:] is the tag behind its name, `i` the first byte of what it holds, a digit right behind a character.
    """
    st, out = ws.state, ws.text
    end = i
    while end < n and 48 <= src[end] <= 57:
        end += 1
    o = st[C.OUT]
    if (
        end - i > MOST_DIGITS
        or end + 3 >= n
        or src[end] != 60
        or src[end + 1] != 47
        or not is_name(src, end + 2, n, A_NAME)
    ):
        return i
    if st[C.LINK_SPANS] > 0 and ws.links[st[C.LINK_SPANS] - 1, 1] == o and out[o - 1] != 93:
        return i  # one of many links in a row
    if st[C.RAISED_AFTER] or out[o - 1] == 40 or out[o - 1] == 91:
        return i  # set apart already
    names, first = ws.names, st[C.NAMES]
    last = first
    while True:
        h, a, b, at = next_attribute(src, at, n)
        if h == np.uint64(0):
            break
        if h in (CLASS, ID, ROLE, REL) or (h == HREF and a < b and src[a] == 35):
            last = hash_words(src, a, min(b, a + 64), OF_CLASS, names, last, 8)
    if not roles_of(names, first, last) & FOOTNOTE:
        return i
    out[o] = 91
    for k in range(i, end):
        out[o + 1 + k - i] = src[k]
    out[o + 1 + end - i] = 93
    st[C.OUT] = o + 2 + end - i
    return end
