"""Features of the second stage that look at the whole page: sections, the container that holds most of the text."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.logarithms import log_of_count
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features import block_columns as F
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

BINS = 64  # of scores, to rank blocks by
DOUBT = np.float32(0.4)  # score at which a word neither speaks for a container nor against it
SURE = np.float32(0.5)
S_GAIN = C.S_NAME_MAX  # column of `sums` that is free by now


@njit(cache=True, nogil=True)
def densest_container(ws: Workspace) -> Int:
    """The container with the highest sum of words times (score - DOUBT) in it; the first of equals."""
    ws = borrowed(ws)
    sums = ws.sums
    sums[: ws.state[C.ELEMENTS], S_GAIN] = 0
    for b in range(ws.state[C.BLOCKS]):
        sums[ws.blocks[b, C.OWNER], S_GAIN] += (ws.stats[b, C.WORDS] + 1) * (ws.score[b] - DOUBT)
    best, highest = 0, np.float32(-1e30)
    for e in range(ws.state[C.ELEMENTS] - 1, -1, -1):
        if e:
            sums[ws.elements[e, C.PARENT], S_GAIN] += sums[e, S_GAIN]
        if T.KIND[ws.elements[e, C.TAG]] & T.CONTAINER and sums[e, S_GAIN] >= highest:
            best, highest = e, sums[e, S_GAIN]
    return best


@njit(cache=True, nogil=True, forceinline=True)
def _from_densest(ws: Workspace, z: np.ndarray, b: Int, best: Int) -> None:
    owner = ws.blocks[b, C.OWNER]
    one, other = np.int64(owner), np.int64(best)
    while one >= 0 and other >= 0 and one != other:
        if ws.elements[one, C.DEPTH] >= ws.elements[other, C.DEPTH]:
            one = np.int64(ws.elements[one, C.PARENT])
        else:
            other = np.int64(ws.elements[other, C.PARENT])
    common = ws.elements[one, C.DEPTH] if one >= 0 else 0
    z[F.IN_DENSEST] = 1 if other == best else 0
    z[F.DENSEST_DEPTH_BELOW_COMMON] = ws.elements[best, C.DEPTH] - common
    z[F.DEPTH_BELOW_DENSEST] = ws.elements[owner, C.DEPTH] - common


@njit(cache=True, nogil=True)
def _score_sections(ws: Workspace) -> None:
    """Mean score from the last heading to the next, score of that heading, and of the next."""
    ws = borrowed(ws)
    blocks = ws.state[C.BLOCKS]
    first, heading = 0, np.float32(-1)
    while first < blocks:
        end = first + 1
        while end < blocks and T.HEADING_LEVEL[ws.blocks[end, C.LEAF]] == 0:
            end += 1
        if T.HEADING_LEVEL[ws.blocks[first, C.LEAF]] > 0:
            heading = ws.score[first]
        total = weight = np.float32(0)
        for b in range(first, end):
            total += ws.score[b] * (ws.stats[b, C.WORDS] + 1)
            weight += ws.stats[b, C.WORDS] + 1
        for b in range(first, end):
            ws.features[b, F.SECTION_SCORE] = total / weight
            ws.features[b, F.HEADING_BEFORE_SCORE] = heading
            ws.features[b, F.HEADING_AFTER_SCORE] = ws.score[end] if end < blocks else np.float32(-1)
        first = end


@njit(cache=True, nogil=True)
def section_scores(ws: Workspace) -> None:
    """Fills the columns of `features` from SECTION_SCORE on."""
    ws = borrowed(ws)
    blocks = ws.state[C.BLOCKS]
    _score_sections(ws)
    best = densest_container(ws)
    above = np.zeros(BINS + 1, np.float32)
    kept = count = hits = true = total = np.float32(0)
    for b in range(blocks):
        words, score = ws.stats[b, C.WORDS], ws.score[b]
        above[min(np.int64(score * BINS), BINS - 1)] += words
        total += words
        true += words * score
        if score > SURE:
            kept += words
            hits += words * score
            count += 1
    for q in range(BINS - 1, -1, -1):
        above[q] += above[q + 1]
    expected = 2 * hits / (kept + true) if kept + true > 0 else np.float32(0)
    share = ws.sums[best, C.S_WORDS] / (total + 1)
    for b in range(blocks):
        z = ws.features[b]
        _from_densest(ws, z, b, best)
        z[F.DENSEST_PAGE_SHARE] = share
        z[F.WORDS_ABOVE_SHARE] = above[min(np.int64(ws.score[b] * BINS), BINS - 1) + 1] / (total + 1)
        z[F.PAGE_KEPT_SHARE] = kept / (total + 1)
        z[F.PAGE_LOG_KEPT] = log_of_count(count)
        z[F.PAGE_EXPECTED_F1] = expected
