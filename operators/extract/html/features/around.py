"""Features of what surrounds a block: containers, the best container, repetition, neighbours."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.logarithms import log_of_count
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import CONTAINED, Workspace
from corpusmill.operators.extract.html.features import block_columns as F
from corpusmill.operators.extract.html.features.signatures import COUNT, LINK_WORDS, WORDS, slot_of
from corpusmill.operators.extract.html.features.sums import container_of
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

NONE = np.float32(-1)  # what stands where there is no such container or neighbour
WINDOW = 5  # blocks before and after


@njit(cache=True, nogil=True)
def best_container(ws: Workspace) -> Int:
    """The container with the highest readability score, links counted against it; the first of equals."""
    ws = borrowed(ws)
    best, highest = 0, np.float32(-1)
    for e in range(ws.state[C.ELEMENTS]):
        if T.KIND[ws.elements[e, C.TAG]] & T.CONTAINER:
            row = ws.sums[e]
            score = row[C.S_READABILITY] * (1 - row[C.S_LINK_WORDS] / (row[C.S_WORDS] + 1))
            if score > highest:
                best, highest = e, score
    return best


@njit(cache=True, nogil=True)
def measure_containers(ws: Workspace, page_words: Real) -> None:
    """Fills `contained` for each container that holds a block."""
    ws = borrowed(ws)
    for e in range(ws.state[C.ELEMENTS]):
        row = ws.sums[e]
        if T.KIND[ws.elements[e, C.TAG]] & T.CONTAINER and row[C.S_BLOCKS] > 0:
            of = ws.contained[e]
            of[0] = log_of_count(row[C.S_WORDS])
            of[1] = row[C.S_LINK_WORDS] / (row[C.S_WORDS] + 1)
            of[2] = log_of_count(row[C.S_BLOCKS])
            of[3] = row[C.S_PROSE_WORDS] / (row[C.S_WORDS] + 1)
            of[4] = row[C.S_WORDS] / page_words
            of[5] = row[C.S_NAME_SUM]


@njit(cache=True, nogil=True, forceinline=True)
def container_features(ws: Workspace, b: Int) -> None:
    f = ws.features[b]
    container = container_of(ws, ws.blocks[b, C.OWNER])
    k = F.CONTAINER_0_LOG_WORDS
    for _ in range(4):
        if container < 0:
            f[k : k + CONTAINED] = NONE
        else:
            row = ws.contained[container]
            for q in range(CONTAINED):
                f[k + q] = row[q]
            container = ws.elements[container, C.CONTAINER]
        k += CONTAINED


@njit(cache=True, nogil=True, forceinline=True)
def repetition_features(ws: Workspace, table: np.ndarray, b: Int, page_words: Real) -> None:
    f = ws.features[b]
    owner = ws.blocks[b, C.OWNER]
    parent = ws.elements[owner, C.PARENT]
    same = np.float32(table[slot_of(table, np.int64(ws.elements[owner, C.SIGNATURE])), COUNT])
    f[F.LOG_SAME_OWNER] = log_of_count(same)
    if parent >= 0:
        same = np.float32(table[slot_of(table, np.int64(ws.elements[parent, C.SIGNATURE])), COUNT])
    f[F.LOG_SAME_PARENT] = log_of_count(same)
    path = table[ws.slots[b]]
    f[F.LOG_SAME_PATH] = log_of_count(path[COUNT])
    f[F.PATH_WORDS_MEAN] = np.float32(path[WORDS]) / np.float32(path[COUNT])
    f[F.PATH_LINK_SHARE] = np.float32(path[LINK_WORDS]) / np.float32(path[WORDS] + 1)
    f[F.PATH_PAGE_SHARE] = np.float32(path[WORDS]) / page_words


@njit(cache=True, nogil=True, forceinline=True)
def best_features(ws: Workspace, b: Int, best: Int, page_words: Real) -> None:
    f = ws.features[b]
    owner = ws.blocks[b, C.OWNER]
    one, other = np.int64(owner), np.int64(best)
    while one >= 0 and other >= 0 and one != other:  # up to the lowest common ancestor
        if ws.elements[one, C.DEPTH] >= ws.elements[other, C.DEPTH]:
            one = np.int64(ws.elements[one, C.PARENT])
        else:
            other = np.int64(ws.elements[other, C.PARENT])
    common = ws.elements[one, C.DEPTH] if one >= 0 else 0
    row = ws.sums[best]
    f[F.IN_BEST] = 1 if other == best else 0
    f[F.BEST_DEPTH_BELOW_COMMON] = ws.elements[best, C.DEPTH] - common
    f[F.DEPTH_BELOW_COMMON] = ws.elements[owner, C.DEPTH] - common
    f[F.BEST_PAGE_SHARE] = row[C.S_WORDS] / page_words
    f[F.BEST_LINK_SHARE] = row[C.S_LINK_WORDS] / (row[C.S_WORDS] + 1)


@njit(cache=True, nogil=True, forceinline=True)
def _kinship(ws: Workspace, b: Int, other: Int) -> Int:
    """2 for blocks of one element, 1 for elements of one parent, else 0."""
    mine, its = ws.blocks[b, C.OWNER], ws.blocks[other, C.OWNER]
    if mine == its:
        return 2
    return 1 if ws.elements[mine, C.PARENT] == ws.elements[its, C.PARENT] else 0


@njit(cache=True, nogil=True, forceinline=True)
def neighbour_features(ws: Workspace, b: Int) -> None:
    f = ws.features[b]
    blocks = ws.state[C.BLOCKS]
    k = F.BEFORE_LOG_WORDS
    for q in range(4):
        other = b + (-1, 1, -2, 2)[q]
        if 0 <= other < blocks:
            f[k] = ws.features[other, F.LOG_WORDS]
            f[k + 1] = ws.features[other, F.LINK_SHARE]
            f[k + 2] = ws.features[other, F.LEAF_KIND]
            kinship = _kinship(ws, b, other)
            f[k + 3] = kinship if q < 2 else ws.stats[other, C.SENTENCES] * (2 if kinship == 2 else 1)
        else:
            f[k : k + 4] = NONE
        k += 4
    _window(ws, f, F.PLAIN_WORDS_BEFORE, max(0, b - WINDOW), b)
    _window(ws, f, F.PLAIN_WORDS_AFTER, b + 1, min(blocks, b + 1 + WINDOW))


@njit(cache=True, nogil=True, forceinline=True)
def _window(ws: Workspace, f: np.ndarray, k: Int, first: Int, last: Int) -> None:
    words = link_words = np.float32(0)
    for z in range(first, last):
        words += ws.stats[z, C.WORDS]
        link_words += ws.stats[z, C.LINK_WORDS]
    f[k] = np.log1p(words - link_words)
    f[k + 1] = link_words / (words + 1)
