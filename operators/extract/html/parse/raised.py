"""Sets superscripts and subscripts apart from what they stand at: 10^6, a footnote's [12], x_i.

Written as one, `10<sup>6</sup>` would be another number. Left as they stand: ordinals (1st, 2e, no), formulas of
chemistry (H2O), signs (TM, stars).
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.ahead import is_name, read_ahead
from corpusmill.operators.extract.html.parse.attributes import CLASS, ID, OF_CLASS, hash_words, next_attribute
from corpusmill.operators.extract.html.parse.class_roles import FOOTNOTE, roles_of
from corpusmill.operators.extract.html.parse.raised_base import AFTER_DIGIT, AFTER_NOTHING, AFTER_YEAR, base_before
from corpusmill.operators.extract.html.parse.raised_marks import (
    DIGITS,
    LETTERS,
    SPACE_AFTER,
    is_element,
    is_fraction,
    kinds_of,
    marks_of_sub,
    marks_of_sup,
)
from corpusmill.operators.text.kernel import njit

ROOM = 32  # bytes of a superscript that are looked at
SUP_NAME, SUB_NAME, SPAN_NAME = (np.frombuffer(name, np.uint8).copy() for name in (b"sup", b"sub", b"span"))


@njit(cache=True, nogil=True)
def begin_raised(src: np.ndarray, name_end: Int, i: Int, n: Int, ws: Workspace, name: np.ndarray, is_sup: bool) -> Int:
    """Writes what goes before the content that begins at `i`, and notes in the state what goes after it.

    name: of the tag. The position at which the content goes on. One inside another is closed with the outer one.
    """
    st, out = ws.state, ws.text
    o = st[C.OUT]
    if o + ROOM + 32 > out.shape[0]:
        return i
    scratch = o + 16
    held, end, has_link = read_ahead(src, i, n, name, out, scratch, ROOM)
    while held and out[scratch + held - 1] == 32:
        held -= 1
    first, last = scratch, scratch + held
    apart = bool(st[C.PENDING] != 0 or o == st[C.BLOCK_START])
    after = np.int64(src[end]) if 0 <= end < n else np.int64(32)
    base = AFTER_NOTHING if apart else base_before(out, st[C.BLOCK_START], o)
    if end < 0 or held == 0:
        if held and base != AFTER_NOTHING and is_sup:
            _write_space(ws)
        return i
    kinds, opening = kinds_of(out, first, last), out[first]
    linked = has_link or (st[C.LINK_FROM] >= 0 and st[C.LINK_SPAN_FROM] == o)
    if not is_sup:
        before, behind = marks_of_sub(out, first, last, kinds, base, after)
    elif opening == 91 or opening == 40:  # a mark in brackets already
        return i
    elif kinds & (DIGITS | LETTERS) and (linked or _is_footnote(src, name_end, i, n, ws)):
        before, behind = np.int64(91), np.int64(93)
    elif kinds == DIGITS and is_fraction(src, end, n):
        before, behind = np.int64(32 if base in (AFTER_DIGIT, AFTER_YEAR) else 0), np.int64(0)
    else:
        before, behind = marks_of_sup(
            out, o, first, last, kinds, base, after, is_element(src, _after_sub(src, end, n), n)
        )
    is_inside = st[C.RAISED_AFTER] != 0
    if before == 32:
        _write_space(ws)
    elif before:
        _write_mark(ws, before, bool(behind == 125 and not is_inside))
        while i < n and src[i] <= 32:
            i += 1
    if not is_inside:
        st[C.RAISED_AFTER] = behind
        if name.shape[0] == SPAN_NAME.shape[0]:
            st[C.RAISED_UNTIL] = end
    return i


@njit(cache=True, nogil=True)
def _after_sub(src: np.ndarray, at: Int, n: Int) -> Int:
    """Position after a short <sub> at `at`, as between the numbers and the symbol of an isotope; or `at`."""
    if at + 4 < n and src[at] == 60 and is_name(src, at + 1, n, SUB_NAME):
        for k in range(at + 5, min(at + ROOM, n - 5)):
            if src[k] == 60:
                return np.int64(k + 6) if src[k + 1] == 47 and is_name(src, k + 2, n, SUB_NAME) else at
    return at


@njit(cache=True, nogil=True, forceinline=True)
def end_raised(ws: Workspace) -> None:
    """Writes what goes after a superscript or subscript."""
    st = ws.state
    mark = st[C.RAISED_AFTER]
    st[C.RAISED_AFTER] = 0
    if mark == SPACE_AFTER:
        st[C.PENDING] = 1
    elif mark and st[C.OUT] > st[C.BLOCK_START]:
        ws.text[st[C.OUT]] = mark
        st[C.OUT] += 1


@njit(cache=True, nogil=True)
def _write_space(ws: Workspace) -> None:
    st = ws.state
    if st[C.OUT] > st[C.BLOCK_START]:
        st[C.PENDING] = 1


@njit(cache=True, nogil=True)
def _write_mark(ws: Workspace, mark: Int, braced: bool) -> None:
    st = ws.state
    o = st[C.OUT]
    if st[C.PENDING] and o > st[C.BLOCK_START] and ws.text[o - 1] != 10:
        ws.text[o] = 32
        o += 1
    st[C.PENDING] = 0
    ws.text[o] = mark
    o += 1
    if braced:
        ws.text[o] = 123
        o += 1
    st[C.OUT] = o


@njit(cache=True, nogil=True)
def _is_footnote(src: np.ndarray, at: Int, end: Int, n: Int, ws: Workspace) -> bool:
    """Whether the tag's class or id says that it is a footnote's mark."""
    names, first = ws.names, ws.state[C.NAMES]
    last = first
    while True:
        h, a, b, at = next_attribute(src, at, n)
        if h == np.uint64(0) or at >= end:
            break
        if h in (CLASS, ID):
            last = hash_words(src, a, min(b, a + 64), OF_CLASS, names, last, 8)
    return bool(roles_of(names, first, last) & FOOTNOTE)
