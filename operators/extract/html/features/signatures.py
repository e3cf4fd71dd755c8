"""How often the same thing occurs on a page: elements of one tag and class, paths, texts."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

KEY, COUNT, WORDS, LINK_WORDS = 0, 1, 2, 3  # columns of `signatures`


@njit(cache=True, nogil=True, forceinline=True)
def slot_of(table: np.ndarray, key: Int) -> Int:
    """The slot of `key` (never 0), or the free slot where it belongs; 64 slots on, whatever stands there."""
    mask = table.shape[0] - 1
    slot = np.int64((key * np.int64(0x9E3779B1)) & mask)
    for _ in range(64):
        if table[slot, KEY] == key or table[slot, KEY] == 0:
            return slot
        slot = (slot + 1) & mask
    return slot


@njit(cache=True, nogil=True, forceinline=True)
def text_key(stats: np.ndarray) -> Int:
    """Key of a block's text; negative, so that it never meets a signature."""
    return np.int64(np.int32((np.int64(stats[C.TEXT_HASH]) & 0xFFFFFF) | -0x70000000))


@njit(cache=True, nogil=True, forceinline=True)
def path_key(ws: Workspace, element: Int) -> Int:
    """Key of (signature of the element, signature of its parent)."""
    parent = ws.elements[element, C.PARENT]
    above = np.int64(ws.elements[parent, C.SIGNATURE]) * 131 if parent >= 0 else np.int64(7)
    key = np.int64(ws.elements[element, C.SIGNATURE]) * 31 + above
    return np.int64(((key ^ (key >> 29)) & 0x3FFFFFFF) | 0x40000000)


@njit(cache=True, nogil=True, forceinline=True)
def count_one(table: np.ndarray, key: Int) -> Int:
    slot = slot_of(table, key)
    table[slot, KEY] = key
    table[slot, COUNT] += 1
    return slot


@njit(cache=True, nogil=True)
def count_signatures(ws: Workspace) -> np.ndarray:
    """Fills the part of `signatures` that this page needs, and each block's path slot in `slots`; returns that part."""
    ws = borrowed(ws)
    elements, blocks = ws.state[C.ELEMENTS], ws.state[C.BLOCKS]
    size = 64
    while size < 4 * (elements + 2 * blocks) and size < ws.signatures.shape[0]:
        size *= 2
    table = ws.signatures[:size]
    table[:] = 0
    for e in range(elements):
        count_one(table, np.int64(ws.elements[e, C.SIGNATURE]))
    for b in range(blocks):
        stats = ws.stats[b]
        slot = count_one(table, path_key(ws, ws.blocks[b, C.OWNER]))
        table[slot, WORDS] += np.int32(stats[C.WORDS])
        table[slot, LINK_WORDS] += np.int32(stats[C.LINK_WORDS])
        ws.slots[b] = slot
        count_one(table, text_key(stats))
    return table
