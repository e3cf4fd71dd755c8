"""How surely a page has no main text at all: login walls, cookie walls, errors, shells that scripts would fill.

A third, small forest over what the first one found on the whole page.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.borrow import borrowed
from corpusmill.operators.extract.html.base.logarithms import log_of_count
from corpusmill.operators.extract.html.base.scalars import Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features.names import FIRST
from corpusmill.operators.extract.html.features.sums import is_prose
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.extract.html.model.trees import score_blocks
from corpusmill.operators.text.kernel import njit

_FEATURES = """
    log_words log_blocks link_share prose_share prose_blocks highest highest_of_sentences kept_words kept_blocks
    kept_share kept_link_share expected_f1 mean_score headings images digit_share described_share log_longest
"""
PAGE_FEATURES = _FEATURES.split()
WORDS_OF_TEXT = 5  # a block of fewer words does not make a page one with main text
SURE = np.float32(0.5)
DESCRIBED, HEADING_LEVEL = FIRST.index("in_description"), FIRST.index("heading_level")


@njit(cache=True, nogil=True)
def page_features(ws: Workspace, z: np.ndarray) -> None:
    """Fills `z` with PAGE_FEATURES; `score` holds the probabilities of the first stage."""
    ws = borrowed(ws)
    words = link_words = prose_words = prose_blocks = kept = kept_links = kept_blocks = hits = np.float32(0)
    mass = headings = images = digits = described = highest = highest_prose = longest = np.float32(0)
    blocks = ws.state[C.BLOCKS]
    for b in range(blocks):
        stats, score = ws.stats[b], ws.score[b]
        count = stats[C.WORDS]
        words += count
        link_words += stats[C.LINK_WORDS]
        mass += score * count
        digits += stats[C.DIGIT_SHARE] * count
        described += ws.features[b, DESCRIBED] * count
        headings += ws.features[b, HEADING_LEVEL] > 0
        images += ws.blocks[b, C.IMAGES]
        longest = max(longest, count - stats[C.LINK_WORDS])
        if is_prose(stats):
            prose_words += count
            prose_blocks += 1
            highest_prose = max(highest_prose, score)
        if count >= WORDS_OF_TEXT:
            highest = max(highest, score)
        if score > SURE:
            kept += count
            hits += score * count
            kept_links += stats[C.LINK_WORDS]
            kept_blocks += 1
    all_words = words + 1
    z[0] = log_of_count(words)
    z[1] = log_of_count(blocks)
    z[2] = link_words / all_words
    z[3] = prose_words / all_words
    z[4] = log_of_count(prose_blocks)
    z[5] = highest
    z[6] = highest_prose
    z[7] = log_of_count(kept)
    z[8] = log_of_count(kept_blocks)
    z[9] = kept / all_words
    z[10] = kept_links / (kept + 1)
    z[11] = 2 * hits / (kept + mass) if kept + mass > 0 else np.float32(0)
    z[12] = mass / all_words
    z[13] = log_of_count(headings)
    z[14] = log_of_count(images)
    z[15] = digits / all_words
    z[16] = described / all_words
    z[17] = np.log1p(longest)


@njit(cache=True, nogil=True)
def boilerplate_score(ws: Workspace, model: Model) -> Real:
    """0 to 1: how surely the page has no main text, by its `page_row`; 1 for a page without a word."""
    if ws.state[C.BLOCKS] == 0:
        return np.float32(1)
    score_blocks(ws.page_row, np.int64(1), model.page, ws.page_score)
    return ws.page_score[0]
