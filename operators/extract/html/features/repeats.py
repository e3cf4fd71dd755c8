"""Text that stands on a page more than once, for small and large screens or in a slider's copies: kept once."""

import numpy as np
from numba import njit

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.borrow import borrowed
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace

LEAST_WORDS = 8  # of a block, for its repetition to be dropped; shorter ones repeat in lists and tables with reason
PROBES = 64


@njit(cache=True, nogil=True, forceinline=True)
def _same_text(ws: Workspace, one: Int, other: Int) -> bool:
    a, b = ws.blocks[one, C.START], ws.blocks[other, C.START]
    length = ws.blocks[one, C.END] - a
    if ws.blocks[other, C.END] - b != length:
        return False
    same = 0
    while same < length and ws.text[a + same] == ws.text[b + same]:
        same += 1
    return bool(same == length)


@njit(cache=True, nogil=True)
def drop_repeats(ws: Workspace) -> None:
    """Clears `keep` of blocks whose text an earlier kept block has; code and table cells are left alone.

    Overwrites `signatures`.
    """
    ws = borrowed(ws)
    blocks = ws.state[C.BLOCKS]
    size = 64
    while size < 2 * blocks and size < ws.signatures.shape[0]:
        size *= 2
    seen = ws.signatures[:size, 0]
    seen[:] = 0
    for b in range(blocks):
        leaf = ws.blocks[b, C.LEAF]
        if not ws.keep[b] or ws.stats[b, C.WORDS] < LEAST_WORDS or ws.blocks[b, C.IN_PRE]:
            continue
        if leaf == T.TD or leaf == T.TH:
            continue
        slot = np.int64(ws.stats[b, C.TEXT_HASH]) * 0x9E3779B1 & (size - 1)
        for _ in range(PROBES):
            if seen[slot] == 0:
                seen[slot] = b + 1
                break
            if _same_text(ws, seen[slot] - 1, b):
                ws.keep[b] = 0
                break
            slot = (slot + 1) & (size - 1)
