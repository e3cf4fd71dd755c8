"""How much of a block the page repeats in its data: its description in <meta>, and its JSON-LD.

Pairs of neighbouring words are compared: single words meet by chance.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.characters import LOWER, WORD
from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fold32
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

MIX = np.uint32(0x9E3779B1)
DESCRIPTION_BYTES, DATA_BYTES = 1 << 11, 1 << 15  # read at most, of the description and of all JSON-LD


@njit(cache=True, nogil=True, forceinline=True)
def pair(first: Int, second: Int) -> Int:
    """Key of two words in this order, from their hashes; never 0."""
    return np.uint32(np.uint32(first * MIX) ^ second) | np.uint32(1)


@njit(cache=True, nogil=True)
def note_pairs(src: np.ndarray, start: Int, end: Int, table: np.ndarray) -> None:
    """Puts the pairs of words of src[start:end] into `table` (open addressing, 0 = free, never more than half full)."""
    mask = table.shape[0] - 1
    h, length, before, words = BASIS, 0, np.uint32(0), 0
    room = table.shape[0] // 2
    for j in range(start, end + 1):
        c = src[j] if j < end else np.uint8(32)
        if WORD[c]:
            h = (h ^ LOWER[c]) * PRIME
            length += 1
        elif length:
            word = fold32(h)
            if words and words < room:
                key = pair(before, word)
                slot = np.int64(key & np.uint32(mask))
                while table[slot] and table[slot] != key:
                    slot = (slot + 1) & mask
                table[slot] = key
            before = word
            words += 1
            h, length = BASIS, 0


@njit(cache=True, nogil=True, forceinline=True)
def share_found(hashes: np.ndarray, count: Int, table: np.ndarray) -> Real:
    """Share of the pairs of the block's first words that are in `table`; 0 for fewer than two words."""
    mask = table.shape[0] - 1
    found = 0
    for k in range(1, count):
        key = pair(hashes[k - 1], hashes[k])
        slot = np.int64(key & np.uint32(mask))
        while table[slot]:
            if table[slot] == key:
                found += 1
                break
            slot = (slot + 1) & mask
    return np.float32(found) / np.float32(count - 1) if count > 1 else np.float32(0)


@njit(cache=True, nogil=True, forceinline=True)
def _empty(table: np.ndarray, most_bytes: Int) -> np.ndarray:
    """As much of a table as the pairs of so many bytes need, emptied."""
    size = 64
    while size < most_bytes + 64 and size < table.shape[0]:
        size *= 2
    table[:size] = 0
    return table[:size]


@njit(cache=True, nogil=True)
def read_phrases(src: np.ndarray, ws: Workspace) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of <meta name=description>, and those of the first bytes of the JSON-LD: parts of the workspace."""
    ws = borrowed(ws)
    start, end = ws.spots[C.DESCRIPTION_AT, 0], ws.spots[C.DESCRIPTION_AT, 1]
    end = min(end, start + DESCRIPTION_BYTES)
    described = _empty(ws.described, end - start)
    note_pairs(src, start, end, described)
    size = np.int64(0)
    for k in range(ws.state[C.SCRIPTS]):
        size += ws.scripts[k, 1] - ws.scripts[k, 0]
    data_pairs = _empty(ws.data_pairs, size)
    left = DATA_BYTES
    for k in range(ws.state[C.SCRIPTS]):
        start, end = ws.scripts[k, 0], ws.scripts[k, 1]
        end = min(end, start + left)
        note_pairs(src, start, end, data_pairs)
        left -= end - start
    return described, data_pairs
