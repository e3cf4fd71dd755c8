"""Counts passages that stand on a page more than once, and leaves them out on request.

A refrain, a step of a recipe and the rows of a table repeat with reason. Copies made for another width of screen, or by
a slider for its own ends, do not, since no reader sees both. Of these the first is kept, always. So it is of hundreds
of words that stand there twice in the same order, as where a page holds its article once more.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.hashing import fnv1a, folded
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.attributes import HIDDEN_WORD, OF_CLASS
from corpusmill.operators.extract.html.result.place import place_of
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

LEAST_WORDS = 8  # of a passage, for its repetition to count
PROBES = 64
LEAST_COPIED_WORDS, LEAST_COPIED_BLOCKS = 300, 5  # of a stretch that is a copy by its length alone
KEEP, DROP = 0, 1  # what becomes of passages that repeat
# Class words of what is shown on some screens only, or is a slider's copy of a slide.
_COPIES = "cloned clone duplicate mobile desktop tablet phone"
COPY_WORDS = np.array([HIDDEN_WORD, *(folded(fnv1a(w.encode(), OF_CLASS)) for w in _COPIES.split())], np.uint32)
# Columns of `elements`, for rows of tables once the features are made.
ROW_HASH, ROW_WORDS, ROW_LAST = C.SIGNATURE, C.GROUPS, C.CONTAINER  # beside FIRST_BLOCK
MIXED, DROPPED = -1, -2  # in ROW_WORDS: a row that holds code or a table, and one left out


@njit(cache=True, nogil=True)
def treat_repeats(ws: Workspace, repeats: Int) -> Int:
    """How many kept passages of 8 words and more an earlier kept passage has word for word; clears `keep` on request.

    A passage is a block, or a row of a table, which goes whole or stays. Code is left alone. Copies for other screens
    are left out in any case, and not counted. Overwrites `signatures`, `slots` and what elements of rows had in ROW_*.
    """
    ws = borrowed(ws)
    blocks = ws.state[C.BLOCKS]
    size = 64
    while size < 2 * blocks and size < ws.signatures.shape[0]:
        size *= 2
    seen = ws.signatures[:size, 0]
    seen[:] = 0
    _sum_rows(ws)
    found, compared = 0, np.int64(0)
    for b in range(blocks):
        row = ws.slots[b]
        if not ws.keep[b]:
            continue
        if row >= 0:
            if ws.elements[row, ROW_WORDS] == DROPPED:
                ws.keep[b] = 0
            if ws.elements[row, ROW_WORDS] < LEAST_WORDS or ws.elements[row, C.FIRST_BLOCK] != b:
                continue
            key = np.int64(ws.elements[row, ROW_HASH])
        else:
            if ws.stats[b, C.WORDS] < LEAST_WORDS or ws.blocks[b, C.IN_PRE]:
                continue
            key = np.int64(ws.stats[b, C.TEXT_HASH])
        slot = key * 0x9E3779B1 & (size - 1)
        for _ in range(PROBES):
            if seen[slot] == 0:
                seen[slot] = b + 1
                break
            first = np.int64(seen[slot] - 1)
            other = ws.slots[first]
            if _same_rows(ws, other, row) if row >= 0 and other >= 0 else row < 0 and other < 0 and _same(ws, first, b):
                is_copy = _is_copy(ws, ws.blocks[first, C.OWNER], ws.blocks[b, C.OWNER])
                if not is_copy and b >= compared:
                    compared = _drop_stretch(ws, first, np.int64(b))
                    if not ws.keep[b]:
                        break
                found += not is_copy
                if is_copy or repeats == DROP:
                    ws.keep[b] = 0
                    if row >= 0:
                        ws.elements[row, ROW_WORDS] = DROPPED
                break
            slot = (slot + 1) & (size - 1)
    return np.int64(found)


@njit(cache=True, nogil=True)
def _drop_stretch(ws: Workspace, first: Int, second: Int) -> Int:
    """Clears `keep` of the blocks from `second` on, if they are as those from `first` on for long; where that ends."""
    a, b = first, second
    words, count = np.float32(0), 0
    while b < ws.state[C.BLOCKS] and a < second and _same(ws, a, b):
        words += ws.stats[b, C.WORDS]
        count += 1
        a, b = _next_kept(ws, a), _next_kept(ws, b)
    if words >= LEAST_COPIED_WORDS and count >= LEAST_COPIED_BLOCKS:
        ws.keep[second:b] = 0
    return b


@njit(cache=True, nogil=True)
def _next_kept(ws: Workspace, block: Int) -> Int:
    block += 1
    while block < ws.state[C.BLOCKS] and not ws.keep[block]:
        block += 1
    return block


@njit(cache=True, nogil=True)
def _sum_rows(ws: Workspace) -> None:
    """Fills `slots` with the table row of each kept block, -1 for none, and ROW_* of the rows."""
    for e in range(ws.state[C.ELEMENTS]):
        if ws.elements[e, C.TAG] == T.TR:
            ws.elements[e, ROW_HASH] = ws.elements[e, ROW_WORDS] = 0
            ws.elements[e, C.FIRST_BLOCK] = -1
    for b in range(ws.state[C.BLOCKS]):
        ws.slots[b] = -1
        owner = ws.blocks[b, C.OWNER]
        if not ws.keep[b] or not ws.elements[owner, C.ANCESTRY] & T.IN_TABLE:
            continue
        row = place_of(ws, owner).row
        if row < 0:
            continue
        ws.slots[b] = row
        line = ws.elements[row]
        if line[C.FIRST_BLOCK] < 0:
            line[C.FIRST_BLOCK] = b
            _mark_outer_rows(ws, row)
        line[ROW_LAST] = b
        if ws.blocks[b, C.IN_PRE]:
            line[ROW_WORDS] = MIXED
        if line[ROW_WORDS] >= 0:
            line[ROW_WORDS] += np.int32(ws.stats[b, C.WORDS])
        mixed = np.int64(line[ROW_HASH]) * 31 + np.int64(ws.stats[b, C.TEXT_HASH]) + 1
        line[ROW_HASH] = np.int32(mixed & 0x7FFFFFFF)


@njit(cache=True, nogil=True)
def _mark_outer_rows(ws: Workspace, row: Int) -> None:
    at = np.int64(ws.elements[row, C.PARENT])
    while at >= 0 and ws.elements[at, C.TAG] != T.TABLE:
        at = np.int64(ws.elements[at, C.PARENT])
    while at > 0:
        outer = place_of(ws, ws.elements[at, C.PARENT]).row
        if outer < 0 or ws.elements[outer, ROW_WORDS] == MIXED:
            return
        ws.elements[outer, ROW_WORDS] = MIXED
        at = np.int64(ws.elements[outer, C.PARENT])
        while at >= 0 and ws.elements[at, C.TAG] != T.TABLE:
            at = np.int64(ws.elements[at, C.PARENT])


@njit(cache=True, nogil=True)
def _same_rows(ws: Workspace, one: Int, other: Int) -> bool:
    """Whether the kept blocks of two rows have the same texts, one after the other."""
    a, b = ws.elements[one, C.FIRST_BLOCK], ws.elements[other, C.FIRST_BLOCK]
    a_last, b_last = ws.elements[one, ROW_LAST], ws.elements[other, ROW_LAST]
    while a <= a_last and b <= b_last:
        if not _same(ws, a, b):
            return False
        a += 1
        b += 1
        while a <= a_last and ws.slots[a] != one:
            a += 1
        while b <= b_last and ws.slots[b] != other:
            b += 1
    return bool(a > a_last and b > b_last)


@njit(cache=True, nogil=True, forceinline=True)
def _same(ws: Workspace, one: Int, other: Int) -> bool:
    a, b = ws.blocks[one, C.START], ws.blocks[other, C.START]
    length = ws.blocks[one, C.END] - a
    if ws.blocks[other, C.END] - b != length:
        return False
    same = 0
    while same < length and ws.text[a + same] == ws.text[b + same]:
        same += 1
    return bool(same == length)


@njit(cache=True, nogil=True)
def _is_copy(ws: Workspace, one: Int, other: Int) -> bool:
    """Whether an element that holds one of the two, and not the other, is for some screens only or a slider's copy."""
    one, other = np.int64(one), np.int64(other)
    while one != other:  # elements are numbered in document order: the later of the two is not around the other
        at = max(one, other)
        for k in range(ws.elements[at, C.E_NAMES_FROM], ws.elements[at, C.E_NAMES_TO]):
            for word in COPY_WORDS:
                if ws.names[k] == word:
                    return True
        if one > other:
            one = np.int64(ws.elements[one, C.PARENT])
        else:
            other = np.int64(ws.elements[other, C.PARENT])
    return False
