"""Which blocks are kept, and how they are put together as text.

Paragraphs are a blank line apart, list items and table rows a line, cells a tab; items begin with "- ".
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from operators.extract.html import columns as C
from operators.extract.html import tags as T
from operators.extract.html.borrow import borrowed
from operators.extract.html.repeats import drop_repeats
from operators.extract.html.scalars import Int, Real
from operators.extract.html.workspace import Workspace

LEAST = np.float32(0.1)  # probability below which no block is kept, however unsure the page
ROUNDS = 8  # the threshold settles in three or four


class Choice(NamedTuple):
    """What was chosen on a page."""

    words: Real  # of the blocks kept
    expected_f1: Real  # of the words kept, if the probabilities are true; 0 when nothing is kept


@njit(cache=True, nogil=True)
def expected_f1(ws: Workspace, threshold: Real) -> Real:
    """F1 over words to expect when the blocks above `threshold` are kept: 2 E[kept and true] / (kept + E[true])."""
    ws = borrowed(ws)
    kept = hits = true = np.float32(0)
    for b in range(ws.state[C.BLOCKS]):
        words = ws.stats[b, C.WORDS]
        true += ws.score[b] * words
        if ws.score[b] > threshold:
            kept += words
            hits += ws.score[b] * words
    return 2 * hits / (kept + true) if kept + true > 0 else np.float32(0)


@njit(cache=True, nogil=True)
def choose(ws: Workspace, threshold: Real, comments: bool) -> Choice:
    """Fills `keep`. A block needs `threshold` on a page that is clear, and `threshold` times expected F1 on others.

    Source: Lipton et al. 2014, "Thresholding Classifiers to Maximize F1 Score", arXiv:1402.1892: the best threshold is
    half of the best F1.
    """
    ws = borrowed(ws)
    limit = threshold
    for _ in range(ROUNDS):
        limit = max(LEAST, threshold * expected_f1(ws, limit))
    expected = expected_f1(ws, limit)
    words = np.float32(0)
    for b in range(ws.state[C.BLOCKS]):
        kept = ws.score[b] > limit
        if not comments and ws.elements[ws.blocks[b, C.OWNER], C.ANCESTRY] & C.IN_COMMENTS:
            kept = False
        ws.keep[b] = kept
    drop_repeats(ws)
    for b in range(ws.state[C.BLOCKS]):
        if ws.keep[b]:
            words += ws.stats[b, C.WORDS]
    return Choice(np.float32(words), np.float32(expected))


@njit(cache=True, nogil=True)
def nothing(ws: Workspace) -> Choice:
    """The choice of no block."""
    ws.keep[: ws.state[C.BLOCKS]] = 0
    return Choice(np.float32(0), np.float32(0))


@njit(cache=True, nogil=True, forceinline=True)
def _row_of(ws: Workspace, element: Int) -> Int:
    """The table row an element lies in, -1 when in none."""
    if ws.elements[element, C.ANCESTRY] & T.IN_TABLE:
        at = np.int64(element)
        while at >= 0 and ws.elements[at, C.TAG] != T.TABLE:
            if ws.elements[at, C.TAG] == T.TR:
                return at
            at = np.int64(ws.elements[at, C.PARENT])
    return np.int64(-1)


@njit(cache=True, nogil=True, forceinline=True)
def _copy(ws: Workspace, start: Int, end: Int, o: Int, links: bool, span: Int) -> tuple[Int, Int]:
    """Copies text[start:end] to the result, without link text unless `links`; (position after, next span)."""
    while span < ws.state[C.LINK_SPANS] and ws.links[span, 1] <= start:
        span += 1
    j = start
    while j < end:
        if not links and span < ws.state[C.LINK_SPANS] and ws.links[span, 0] <= j < ws.links[span, 1]:
            j = np.int64(ws.links[span, 1])
            span += 1
            continue
        ws.result[o] = ws.text[j]
        o += 1
        j += 1
    return o, span


@njit(cache=True, nogil=True)
def assemble(ws: Workspace, links: bool) -> Int:
    """Writes the kept blocks to `result`; how many bytes."""
    ws = borrowed(ws)
    result = ws.result
    room = result.shape[0] - 8
    o, span = 0, 0
    row_before, item_before = np.int64(-1), False
    for b in range(ws.state[C.BLOCKS]):
        if not ws.keep[b]:
            continue
        start, end, owner = np.int64(ws.blocks[b, C.START]), np.int64(ws.blocks[b, C.END]), ws.blocks[b, C.OWNER]
        if o + end - start + 8 > room:
            ws.state[C.CUT] = 1
            break
        row = _row_of(ws, owner)
        item = ws.blocks[b, C.LEAF] == T.LI
        if o:
            if row >= 0 and row == row_before:
                result[o] = 9
                o += 1
            else:
                result[o] = 10
                o += 1
                if not ((row >= 0 and row_before >= 0) or (item and item_before)):
                    result[o] = 10
                    o += 1
        if item:
            result[o] = 45
            result[o + 1] = 32
            o += 2
        o, span = _copy(ws, start, end, o, links, span)
        row_before, item_before = row, item
    return o
