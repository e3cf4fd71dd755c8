"""Where one block of text ends and the next begins."""

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True, forceinline=True)
def end_block(ws: Workspace) -> None:
    """Closes the block under way, if it holds any text, and starts an empty one at the same place."""
    st = ws.state
    o, start = st[C.OUT], st[C.BLOCK_START]
    st[C.PENDING] = st[C.GLOSS] = 0
    if o > start:
        if st[C.LINK_FROM] >= 0:
            st[C.B_LINK] += o - st[C.LINK_FROM]
            st[C.LINK_FROM] = o
        if st[C.EMPHASIS_FROM] >= 0:
            st[C.B_EMPHASIS] += o - st[C.EMPHASIS_FROM]
            st[C.EMPHASIS_FROM] = o
        end = o
        while end > start and ws.text[end - 1] <= 32:
            end -= 1
        if end > start:
            _add(ws, start, end)
        st[C.BLOCK_START] = o
        st[C.B_LINK] = st[C.B_BREAKS] = st[C.B_EMPHASIS] = 0
        st[C.B_LINKS] = 1 if st[C.LINK_FROM] >= 0 else 0
    st[C.B_NAMES_FROM] = st[C.NAMES]


@njit(cache=True, nogil=True, forceinline=True)
def _add(ws: Workspace, start: Int, end: Int) -> None:
    st, open_tags = ws.state, ws.open_tags
    if st[C.BLOCKS] >= ws.blocks.shape[0]:
        st[C.CUT] = 1
        return
    top = st[C.TOP]
    block = ws.blocks[st[C.BLOCKS]]
    block[C.START] = start
    block[C.END] = end
    block[C.OWNER] = ws.stack[top, 0]
    block[C.LINK_BYTES] = st[C.B_LINK]
    block[C.LINKS] = st[C.B_LINKS]
    block[C.BREAKS] = st[C.B_BREAKS]
    block[C.EMPHASIS_BYTES] = st[C.B_EMPHASIS]
    block[C.IMAGES] = st[C.B_IMAGES]
    block[C.LEAF] = ws.stack[top, 1]
    block[C.IN_PRE] = 1 if st[C.PRES] > 0 else 0
    block[C.NAMES_FROM] = st[C.B_NAMES_FROM]
    block[C.NAMES_TO] = st[C.NAMES]
    block[C.LIST_DEPTH] = open_tags[tags.UL] + open_tags[tags.OL]
    block[C.IN_BUTTON] = open_tags[tags.BUTTON]
    st[C.BLOCKS] += 1
    st[C.B_IMAGES] = 0


@njit(cache=True, nogil=True, forceinline=True)
def line_break(ws: Workspace) -> None:
    """`<br>`: a new line in the block; a second one right after the first ends the block."""
    st = ws.state
    o = st[C.OUT]
    if o > st[C.BLOCK_START]:
        if ws.text[o - 1] == 10 and st[C.PRES] == 0:
            end_block(ws)
        else:
            ws.text[o] = 10
            st[C.OUT] = o + 1
            st[C.B_BREAKS] += 1
    st[C.PENDING] = 0


@njit(cache=True, nogil=True, forceinline=True)
def begin_or_end_link(ws: Workspace, closing: bool) -> None:
    """`<a>` or `</a>`."""
    st = ws.state
    o = st[C.OUT]
    if st[C.LINK_FROM] >= 0:
        st[C.B_LINK] += o - st[C.LINK_FROM]
        end_link_span(ws)
    st[C.LINK_FROM] = -1
    if not closing:
        st[C.LINK_FROM] = st[C.LINK_SPAN_FROM] = o
        st[C.B_LINKS] += 1
        st[C.LINK_DEPTH] = st[C.TOP]


@njit(cache=True, nogil=True, forceinline=True)
def end_link_span(ws: Workspace) -> None:
    """Notes the stretch of text since the open link began."""
    st = ws.state
    if st[C.OUT] > st[C.LINK_SPAN_FROM] and st[C.LINK_SPANS] < ws.links.shape[0]:
        ws.links[st[C.LINK_SPANS], 0] = st[C.LINK_SPAN_FROM]
        ws.links[st[C.LINK_SPANS], 1] = st[C.OUT]
        st[C.LINK_SPANS] += 1


@njit(cache=True, nogil=True, forceinline=True)
def begin_or_end_emphasis(ws: Workspace, closing: bool) -> None:
    """`<b>`, `<strong>`, `<em>`, `<i>` or their ends; nested ones count once."""
    st = ws.state
    if closing:
        if st[C.EMPHASIS_FROM] >= 0:
            st[C.B_EMPHASIS] += st[C.OUT] - st[C.EMPHASIS_FROM]
        st[C.EMPHASIS_FROM] = -1
    elif st[C.EMPHASIS_FROM] < 0:
        st[C.EMPHASIS_FROM] = st[C.OUT]
