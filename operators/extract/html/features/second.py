"""Features of the second stage: what the first one thought of a block's surroundings."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features import block_columns as F
from corpusmill.operators.extract.html.features.section_score import section_scores
from corpusmill.operators.extract.html.features.sums import container_of
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

REACH = 8  # blocks before and after, in the weighted means
SURE = np.float32(0.5)
S_SCORE, S_WEIGHT = C.S_NAME_SUM, C.S_NAME_MIN  # columns of `sums` that are free by now


@njit(cache=True, nogil=True)
def _sum_scores(ws: Workspace, table: np.ndarray) -> tuple[Real, Real, Real]:
    """Scores and weights (words + 1) below each element and of each path; of the page: score, weight, highest."""
    ws = borrowed(ws)
    sums, score = ws.sums, ws.score
    sums[: ws.state[C.ELEMENTS], S_SCORE] = 0
    sums[: ws.state[C.ELEMENTS], S_WEIGHT] = 0
    total = weight = highest = np.float32(0)
    blocks = ws.state[C.BLOCKS]
    for b in range(blocks):
        owner, w = ws.blocks[b, C.OWNER], ws.stats[b, C.WORDS] + 1
        sums[owner, S_SCORE] += score[b] * w
        sums[owner, S_WEIGHT] += w
        total += score[b] * w
        weight += w
        highest = max(highest, score[b])
        table[ws.slots[b], 2] = 0
        table[ws.slots[b], 3] = 0
    for b in range(blocks):
        table[ws.slots[b], 2] += np.int32(1000 * score[b])
        table[ws.slots[b], 3] += 1000
    for e in range(ws.state[C.ELEMENTS] - 1, 0, -1):
        parent = ws.elements[e, C.PARENT]
        sums[parent, S_SCORE] += sums[e, S_SCORE]
        sums[parent, S_WEIGHT] += sums[e, S_WEIGHT]
    return total, weight, highest


@njit(cache=True, nogil=True, forceinline=True)
def _mean_score(ws: Workspace, first: Int, last: Int) -> Real:
    """Mean score of blocks first..last, weighted by words + 1; -1 for no blocks."""
    total = weight = np.float32(0)
    for q in range(first, last):
        w = ws.stats[q, C.WORDS] + 1
        total += ws.score[q] * w
        weight += w
    return total / weight if weight > 0 else np.float32(-1)


@njit(cache=True, nogil=True)
def _sure_range(ws: Workspace) -> tuple[Int, Int]:
    """First and last block that the first stage is sure of and that has 8 words or more; -1, -1 when there is none."""
    ws = borrowed(ws)
    first = last = -1
    for b in range(ws.state[C.BLOCKS]):
        if ws.score[b] > SURE and ws.stats[b, C.WORDS] >= 8:
            if first < 0:
                first = b
            last = b
    return first, last


@njit(cache=True, nogil=True)
def second_features(ws: Workspace, table: np.ndarray) -> None:
    """Adds columns to `features`, from these and `score` of the first stage. Overwrites class scores in `sums`."""
    ws = borrowed(ws)
    score, blocks = ws.score, ws.state[C.BLOCKS]
    total, weight, highest = _sum_scores(ws, table)
    first, last = _sure_range(ws)
    passed = np.float32(0)
    for b in range(blocks):
        z = ws.features[b]
        z[F.SCORE] = score[b]
        for d in range(1, 5):
            z[F.SCORE + d] = score[b - d] if b >= d else np.float32(-1)
            z[F.SCORE_4_BEFORE + d] = score[b + d] if b + d < blocks else np.float32(-1)
        z[F.SCORE_8_BEFORE] = _mean_score(ws, max(0, b - REACH), b)
        z[F.SCORE_8_AFTER] = _mean_score(ws, b + 1, min(blocks, b + 1 + REACH))
        w = ws.stats[b, C.WORDS] + 1
        container = container_of(ws, ws.blocks[b, C.OWNER])
        for level in range(4):  # the container without the block itself
            z[F.CONTAINER_0_SCORE + level] = -1
            if container >= 0:
                rest = ws.sums[container, S_WEIGHT] - w
                if rest > 0:
                    z[F.CONTAINER_0_SCORE + level] = (ws.sums[container, S_SCORE] - score[b] * w) / rest
                container = ws.elements[container, C.CONTAINER]
        path = table[ws.slots[b]]
        others = path[3] - 1000
        z[F.PATH_SCORE] = (np.float32(path[2]) - 1000 * score[b]) / np.float32(others) if others > 0 else np.float32(-1)
        z[F.PAGE_SCORE] = total / weight
        z[F.PAGE_HIGHEST_SCORE] = highest
        z[F.SCORE_PASSED_SHARE] = passed / (total + np.float32(1e-6))
        passed += score[b] * w
        z[F.BLOCKS_SINCE_FIRST] = max(min(b - first, 50), -50) if first >= 0 else -99
        z[F.BLOCKS_UNTIL_LAST] = max(min(last - b, 50), -50) if first >= 0 else -99
        z[F.PAGE_SCORE_WORDS] = (total - score[b] * w) * np.float32(0.01)
    section_scores(ws)
