"""What can be counted in the text of each block; the plain words for it are in `plain.block_statistics`."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.hashing import hash_bytes
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features.block_characters import count_characters
from corpusmill.operators.extract.html.features.block_words import TITLE_SLOTS, read_words, title_words
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

TEXT_HASH_BITS = np.uint64(0xFFFFFF)  # as many as a float32 holds


@njit(cache=True, nogil=True, forceinline=True)
def _ending(text: np.ndarray, start: Int, end: Int) -> Real:
    last = text[end - 1]
    if last == 46 or last == 33 or last == 63 or (last == 0x82 and end - start > 3 and text[end - 2] == 0x80):
        return 1.0
    if last == 58:
        return 0.5
    if last == 34 or last == 41 or last == 0x9D:
        return 0.7
    return 0.0


@njit(cache=True, nogil=True)
def block_statistics(src: np.ndarray, ws: Workspace, model: Model) -> None:
    """Fills `stats`, `word_hashes` and `word_counts` for every block."""
    ws, model = borrowed(ws), borrowed(model)
    slots = np.zeros(TITLE_SLOTS, np.uint32)
    in_title = title_words(src, ws.spots[C.TITLE_AT, 0], ws.spots[C.TITLE_AT, 1], slots)
    for b in range(ws.state[C.BLOCKS]):
        start, end = ws.blocks[b, C.START], ws.blocks[b, C.END]
        row = ws.stats[b]
        ws.word_counts[b] = read_words(ws.text, start, end, row, ws.word_hashes[b], model, slots, in_title)
        count_characters(ws.text, start, end, row)
        row[C.TEXT_HASH] = np.float32(np.int64(hash_bytes(ws.text, start, end) & TEXT_HASH_BITS))
        row[C.LINK_SHARE] = min(ws.blocks[b, C.LINK_BYTES], end - start) / (end - start)
        row[C.LINK_WORDS] = row[C.WORDS] * row[C.LINK_SHARE]
        row[C.TERMINAL] = _ending(ws.text, start, end)
        first = ws.text[start]
        row[C.OPENING] = 1 if 65 <= first <= 90 else 2 if 48 <= first <= 57 else 3 if first >= 128 else 0
