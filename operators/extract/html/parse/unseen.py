"""Passes over what says nothing of its own: line numbers of code, formulas drawn from TeX that the page has, forms to
leave a comment.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.ahead import end_of_element
from corpusmill.operators.extract.html.parse.attributes import HIDDEN_WORD
from corpusmill.operators.extract.html.parse.class_roles import (
    COMMENT_FORM,
    HTML,
    JAX,
    KATEX,
    LINE_NUMBERS,
    MATH,
    MJX,
    MWE,
    PREVIEW,
    roles_of,
)
from corpusmill.operators.extract.html.parse.gutters import after_numbers, leads_to_code
from corpusmill.operators.extract.html.parse.math.formulas import script_follows
from corpusmill.operators.text.kernel import njit

MOST_IN_VAIN = 1 << 16  # bytes over the page's own length


@njit(cache=True, nogil=True)
def after_unseen(
    src: np.ndarray, first: Int, name_end: Int, i: Int, n: Int, ws: Workspace, tag: Int, names_from: Int
) -> Int:
    """Position after an element whose content begins at `i` and is no text; negative for others.

    These are line numbers of code, what MathJax and KaTeX draw of formulas that the page has as TeX, and forms to leave
    a comment, with what they say of addresses that are not published.
    """
    st = ws.state
    if st[C.READ_AHEAD] > n + MOST_IN_VAIN:
        return np.int64(-1)
    roles = roles_of(ws.names, names_from, st[C.NAMES])
    after = np.int64(-1)
    if roles & LINE_NUMBERS:
        after = after_numbers(src, i, n, src[first:name_end], 2 if tag == T.PRE else 1)
    elif tag == T.SPAN and roles & (JAX | KATEX | MJX):
        after = _after_drawn_formula(src, i, n, ws, src[first:name_end], roles)
    elif roles & COMMENT_FORM and T.KIND[tag] & T.CONTAINER:
        after = end_of_element(src, i, n, src[first:name_end])
        after = after if after >= 0 else np.int64(-1 - n)
    elif roles & MWE and roles & MATH and ws.names[st[C.NAMES] - 1] == HIDDEN_WORD:
        st[C.NAMES] -= 1  # hidden from the eye, but for a picture of the same
    if after < 0 and tag == T.PRE and ws.open_tags[T.TD] > 0:
        after = after_numbers(src, i, n, src[first:name_end], 2)
        if after >= 0 and not leads_to_code(src, after, n):
            after = -1 - after
    if after >= 0:
        st[C.NAMES] = names_from
    elif after < -1:
        st[C.READ_AHEAD] += -after - 1 - i
    return after


@njit(cache=True, nogil=True)
def _after_drawn_formula(src: np.ndarray, i: Int, n: Int, ws: Workspace, name: np.ndarray, roles: Int) -> Int:
    """Position after a formula drawn in spans, if its TeX is in the text already or follows; else -1."""
    just_now = ws.state[C.MATH_OUT] == ws.state[C.OUT] and ws.state[C.OUT] > 0
    if roles & PREVIEW or (roles & KATEX and roles & HTML and just_now):
        after = end_of_element(src, i, n, name)
        return after if after >= 0 else np.int64(-1 - n)
    if (roles & JAX and roles & MATH) or roles & MJX:
        after = end_of_element(src, i, n, name)
        if after >= 0 and script_follows(src, after, n):
            return after
        return np.int64(-1 - (after if after >= 0 else n))
    return np.int64(-1)
