"""How the kept blocks are put together as text.

Paragraphs are a blank line apart, list items and table rows a line, cells a tab; the first block of an item begins with
"- ". A cell without kept text has its tab where it lies between two others. Code in one <pre> is not parted by blank
lines. A cell of several paragraphs takes as many lines as they.
Not kept: the numbers of ordered lists, how deep a list lies in another, which cells are headings or span others, empty
cells that begin or end a row, empty lines between the elements of code.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.characters import WORD
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import WIDTH
from corpusmill.operators.extract.html.base.vectors import copy_lanes
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.result.place import cells_between, place_of
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

TAB, LINE_END, SPACE = 9, 10, 32


@njit(cache=True, nogil=True)
def assemble(ws: Workspace, links: bool) -> Int:
    """Writes the kept blocks to `result`, without the text of links unless `links`; how many bytes.

    A block of which nothing but signs is left without its links is left out. Overwrites FIRST_BLOCK of list items.
    """
    ws = borrowed(ws)
    result = ws.result
    room = result.shape[0] - 8
    o, span = np.int64(0), np.int64(0)
    item = code = row = cell = np.int64(-1)
    tight = False
    for b in range(ws.state[C.BLOCKS]):
        if not ws.keep[b]:
            continue
        begin, start, end = o, np.int64(ws.blocks[b, C.START]), np.int64(ws.blocks[b, C.END])
        item, code_now, row_now, cell_now = place_of(ws, ws.blocks[b, C.OWNER])
        starts_item = bool(item >= 0 and ws.elements[item, C.FIRST_BLOCK] >= 0)
        tight_now = starts_item or ws.blocks[b, C.LEAF] == T.LI
        tabs = 0
        if row_now >= 0 and row_now == row and cell_now != cell:
            tabs = 1 + cells_between(ws, row, cell, cell_now)
        if o + tabs + end - start + 8 > room:
            ws.state[C.CUT] = 1
            break
        if o:
            if tabs:
                result[o : o + tabs] = TAB
                o += tabs
            else:
                result[o] = LINE_END
                o += 1
                same_code = code_now >= 0 and code_now == code
                if not (same_code or (row_now >= 0 and row >= 0 and row_now != row) or (tight_now and tight)):
                    result[o] = LINE_END
                    o += 1
        if starts_item:
            result[o] = 45
            result[o + 1] = SPACE
            o += 2
        if links:
            o = _copy(ws.text, start, end, result, o)
        else:
            after, span = _copy_without_links(ws, start, end, o, span, bool(code_now >= 0))
            if after == o:
                o = begin
                continue
            o = after
        if starts_item:
            ws.elements[item, C.FIRST_BLOCK] = -1
        code, row, cell, tight = code_now, row_now, cell_now, tight_now
    return o


@njit(cache=True, nogil=True, forceinline=True)
def _copy(text: np.ndarray, start: Int, end: Int, result: np.ndarray, o: Int) -> Int:
    """Copies text[start:end] to result[o:], whole lanes where there is room for what follows; the position after."""
    j = start
    while j < end and j + WIDTH <= text.shape[0] and o + j - start + WIDTH <= result.shape[0]:
        copy_lanes(text, j, result, o + j - start)
        j += WIDTH
    while j < end:
        result[o + j - start] = text[j]
        j += 1
    return o + end - start


@njit(cache=True, nogil=True)
def _copy_without_links(ws: Workspace, start: Int, end: Int, o: Int, span: Int, in_code: bool) -> tuple[Int, Int]:
    """Copies text[start:end] to the result, but no link text and no line that is empty without it.

    (position after, next span). The position is as it was when no letter or digit is left.
    """
    result, begin, j = ws.result, o, np.int64(start)
    count = ws.state[C.LINK_SPANS]
    while span < count and ws.links[span, 1] <= start:
        span += 1
    taken, words = False, False
    while j < end:
        if span < count and ws.links[span, 0] <= j:
            j = min(np.int64(ws.links[span, 1]), end)
            taken = True
            if ws.links[span, 1] > end:  # it goes on in the next block
                break
            span += 1
            continue
        c = ws.text[j]
        j += 1
        if taken and not in_code and c <= SPACE and (o == begin or result[o - 1] == LINE_END):
            continue
        if WORD[c]:
            words = True
        result[o] = c
        o += 1
    if taken and not words:
        return begin, span
    while taken and o > begin and result[o - 1] <= SPACE:
        o -= 1
    return o, span
