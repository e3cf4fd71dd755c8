"""The tree of block-level elements: opening, closing, and the closings HTML leaves unsaid.

Source:   HTML Living Standard 13.2.6 (tree construction), 13.1.2.4 (optional tags).
Deviates: no foster parenting and no adoption agency: text stays where it was written; nothing is closed that lies more
          than `REACH` levels down.
"""

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import MAX_DEPTH, Workspace
from corpusmill.operators.extract.html.parse.blocks import end_link_span
from corpusmill.operators.text.kernel import njit

REACH = 200  # levels down to which a tag looks for its partner, list or table; each of millions of tags may look


@njit(cache=True, nogil=True, forceinline=True)
def is_heading(tag: Int) -> bool:
    return bool(T.H1 <= tag <= T.H6)


@njit(cache=True, nogil=True, forceinline=True)
def _is_cell(tag: Int) -> bool:
    return tag == T.TD or tag == T.TH


@njit(cache=True, nogil=True, forceinline=True)
def _is_row_group(tag: Int) -> bool:
    return tag == T.TBODY or tag == T.THEAD or tag == T.TFOOT


@njit(cache=True, nogil=True, forceinline=True)
def _is_table_part(tag: Int) -> bool:
    return _is_cell(tag) or _is_row_group(tag) or tag == T.TR or tag == T.TABLE or tag == T.CAPTION


@njit(cache=True, nogil=True, forceinline=True)
def pop_to(ws: Workspace, level: Int) -> None:
    """Takes the elements from stack position `level` upward off the stack."""
    st = ws.state
    while st[C.TOP] >= level:
        tag = ws.stack[st[C.TOP], 1]
        ws.open_tags[tag] -= 1
        if T.KIND[tag] & T.SKIP:
            st[C.SKIPPING] -= 1
        if tag == T.PRE:
            st[C.PRES] -= 1
        st[C.TOP] -= 1
    if st[C.LINK_FROM] >= 0 and st[C.TOP] < st[C.LINK_DEPTH]:
        end_link_span(ws)
        st[C.LINK_FROM] = -1
        st[C.B_LINKS] = 0


@njit(cache=True, nogil=True, forceinline=True)
def close(ws: Workspace, tag: Int) -> None:
    """An end tag: closes its partner and all above it, unless a table or list in between shuts it off."""
    if ws.open_tags[tag] == 0 or tag == T.HTML or tag == T.BODY:
        return
    table_part = _is_table_part(tag)
    level = ws.state[C.TOP]
    last = max(level - REACH, 0)
    while level > last:
        found = ws.stack[level, 1]
        if found == tag or (is_heading(tag) and is_heading(found)):
            pop_to(ws, level)
            return
        if found == T.TABLE or (not table_part and (_is_cell(found) or found == T.CAPTION)):
            return
        if tag == T.LI and (found == T.UL or found == T.OL):
            return
        level -= 1


@njit(cache=True, nogil=True, forceinline=True)
def _item_closed_by(ws: Workspace, tag: Int) -> Int:
    """Stack position of the li, dt or dd that a new one of its kind ends; -1 when none is open in this list."""
    level = ws.state[C.TOP]
    last = max(level - REACH, 0)
    while level > last:
        found = ws.stack[level, 1]
        if found == T.LI if tag == T.LI else (found == T.DT or found == T.DD):
            return level
        if found == T.UL or found == T.OL or found == T.TABLE or _is_cell(found):
            return -1
        if found == (T.MENU if tag == T.LI else T.DL):
            return -1
        level -= 1
    return -1


@njit(cache=True, nogil=True, forceinline=True)
def _table_part_closed_by(ws: Workspace, tag: Int) -> Int:
    """Stack position of the cell, row or row group that a new one ends; -1 when none is open in this table."""
    if ws.open_tags[T.TABLE] == 0:
        return -1
    level, closed = ws.state[C.TOP], -1
    last = max(level - REACH, 0)
    while level > last:
        found = ws.stack[level, 1]
        if found == T.TABLE:
            return closed
        if _is_cell(found):
            closed = level
        elif found == T.TR:
            if _is_cell(tag):
                return closed
            closed = level
        elif _is_row_group(found):
            if tag == T.TR:
                return closed
            if not _is_cell(tag):
                closed = level
        level -= 1
    return -1


@njit(cache=True, nogil=True, forceinline=True)
def closed_by(ws: Workspace, tag: Int) -> Int:
    """Stack position from which on the start tag `tag` closes what is open; -1 when it closes nothing."""
    top = ws.state[C.TOP]
    above = ws.stack[top, 1]
    if tag == T.LI or tag == T.DT or tag == T.DD:
        return _item_closed_by(ws, tag)
    if _is_table_part(tag) and tag != T.TABLE and tag != T.CAPTION:
        return _table_part_closed_by(ws, tag)
    if above == T.P:
        return top
    if is_heading(above) and top > 0 and ws.stack[top - 1, 1] == T.P:
        return top - 1
    if is_heading(tag) and is_heading(above):
        return top
    return -1


@njit(cache=True, nogil=True, forceinline=True)
def open_element(ws: Workspace, tag: Int, names_from: Int) -> None:
    """A start tag: closes what it must and adds an element below the top of the stack."""
    st = ws.state
    if st[C.SKIPPING] == 0:
        level = closed_by(ws, tag)
        if level > 0:
            pop_to(ws, level)
    row = st[C.ELEMENTS]
    if st[C.TOP] >= MAX_DEPTH or row >= ws.elements.shape[0]:
        st[C.CUT] = 1
        return
    parent = ws.stack[st[C.TOP], 0]
    element = ws.elements[row]
    element[C.PARENT] = parent
    element[C.TAG] = tag
    element[C.E_NAMES_FROM] = names_from
    element[C.E_NAMES_TO] = st[C.NAMES]
    element[C.SIGNATURE] = (st[C.A_SIGNATURE] << 7) | tag
    element[C.DEPTH] = st[C.TOP] + 1
    is_container = T.KIND[ws.elements[parent, C.TAG]] & T.CONTAINER
    element[C.CONTAINER] = parent if is_container else ws.elements[parent, C.CONTAINER]
    element[C.ANCESTRY] = ws.elements[parent, C.ANCESTRY] | T.ANCESTOR_BIT[tag] | st[C.A_COMMENTS]
    st[C.TOP] += 1
    ws.stack[st[C.TOP], 0] = row
    ws.stack[st[C.TOP], 1] = tag
    ws.open_tags[tag] += 1
    st[C.ELEMENTS] += 1
    if T.KIND[tag] & T.SKIP:
        st[C.SKIPPING] += 1
    if tag == T.PRE:
        st[C.PRES] += 1
    st[C.B_NAMES_FROM] = st[C.NAMES]
