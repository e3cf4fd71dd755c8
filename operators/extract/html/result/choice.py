"""Which blocks of a page are kept."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features.repeats import treat_repeats
from corpusmill.operators.extract.html.result.tails import drop_headlines
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

LEAST_THRESHOLD = 0.1  # probability below which no block is kept, however unsure the page
ROUNDS = 8  # the threshold settles in three or four


class Choice(NamedTuple):
    """What was chosen on a page."""

    words: Real  # of the blocks kept
    expected_f1: Real  # of the words kept, if the probabilities are true; 0 when nothing is kept
    repeated: Int  # passages that repeat an earlier one


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
def choose(ws: Workspace, threshold: Real, comments: bool, repeats: Int) -> Choice:
    """Fills `keep`. A block needs `threshold` on a page that is clear, and `threshold` times expected F1 on others.

    Source: Lipton et al. 2014, "Thresholding Classifiers to Maximize F1 Score", arXiv:1402.1892: the best threshold is
    half of the best F1.
    """
    ws = borrowed(ws)
    limit = threshold
    for _ in range(ROUNDS):
        limit = max(np.float32(LEAST_THRESHOLD), threshold * expected_f1(ws, limit))
    expected = expected_f1(ws, limit)
    words = np.float32(0)
    for b in range(ws.state[C.BLOCKS]):
        kept = ws.score[b] > limit
        if not comments and ws.elements[ws.blocks[b, C.OWNER], C.ANCESTRY] & C.IN_COMMENTS:
            kept = False
        ws.keep[b] = kept
    drop_headlines(ws)
    repeated = treat_repeats(ws, repeats)
    for b in range(ws.state[C.BLOCKS]):
        if ws.keep[b]:
            words += ws.stats[b, C.WORDS]
    return Choice(np.float32(words), np.float32(expected), repeated)


@njit(cache=True, nogil=True)
def nothing(ws: Workspace) -> Choice:
    """The choice of no block."""
    ws.keep[: ws.state[C.BLOCKS]] = 0
    return Choice(np.float32(0), np.float32(0), np.int64(0))
