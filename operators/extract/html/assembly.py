"""Which blocks are kept, and how they are put together as text.

Paragraphs are a blank line apart, list items and table rows a line, cells a tab; items begin with "- ".
"""

import numpy as np
from numba import njit

from operators.extract.html import columns as C
from operators.extract.html import tags as T

FEW_WORDS = 20  # kept words below which the page is given a lower threshold
FALLBACK = np.float32(0.6)  # of the highest score on the page
LEAST = np.float32(0.1)  # highest score below which nothing is fallen back to


@njit(cache=True, nogil=True)
def choose(ws, threshold, comments):
    """Fills `keep`; returns (words kept, highest score, whether the threshold was lowered)."""
    words = highest = np.float32(0)
    blocks = ws.state[C.BLOCKS]
    for b in range(blocks):
        if ws.score[b] > threshold:
            words += ws.stats[b, C.WORDS]
        highest = max(highest, ws.score[b])
    lowered = words < FEW_WORDS and highest > LEAST and highest * FALLBACK < threshold
    if lowered:
        threshold = highest * FALLBACK
    words = np.float32(0)
    for b in range(blocks):
        kept = ws.score[b] > threshold
        if not comments and ws.elements[ws.blocks[b, C.OWNER], C.ANCESTRY] & C.IN_COMMENTS:
            kept = False
        ws.keep[b] = kept
        if kept:
            words += ws.stats[b, C.WORDS]
    return words, highest, lowered


@njit(cache=True, nogil=True)
def _row_of(ws, element):
    """The table row an element lies in, -1 when in none."""
    if ws.elements[element, C.ANCESTRY] & T.IN_TABLE:
        at = np.int64(element)
        while at >= 0 and ws.elements[at, C.TAG] != T.TABLE:
            if ws.elements[at, C.TAG] == T.TR:
                return at
            at = np.int64(ws.elements[at, C.PARENT])
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _copy(ws, start, end, o, links, span):
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
def assemble(ws, links):
    """Writes the kept blocks to `result`; how many bytes."""
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
