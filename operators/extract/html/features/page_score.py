"""How surely a page has no main text at all: login walls, cookie walls, errors, shells that scripts would fill.

A third, small forest over what the first one found on the whole page.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.logarithms import log_of_count
from corpusmill.operators.extract.html.base.scalars import Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features import block_columns as F
from corpusmill.operators.extract.html.features.sums import is_prose
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.extract.html.model.trees import score_blocks
from corpusmill.operators.text.borrow import borrowed
from corpusmill.operators.text.kernel import njit

_FEATURES = """
    log_words log_blocks link_share prose_share prose_blocks highest highest_of_sentences kept_words kept_blocks
    kept_share kept_link_share expected_f1 mean_score headings images digit_share described_share log_longest
"""
PAGE_FEATURES = _FEATURES.split()
(
    P_LOG_WORDS,
    P_LOG_BLOCKS,
    P_LINK_SHARE,
    P_PROSE_SHARE,
    P_PROSE_BLOCKS,
    P_HIGHEST,
    P_HIGHEST_OF_SENTENCES,
    P_KEPT_WORDS,
    P_KEPT_BLOCKS,
    P_KEPT_SHARE,
    P_KEPT_LINK_SHARE,
    P_EXPECTED_F1,
    P_MEAN_SCORE,
    P_HEADINGS,
    P_IMAGES,
    P_DIGIT_SHARE,
    P_DESCRIBED_SHARE,
    P_LOG_LONGEST,
) = range(18)
WORDS_OF_TEXT = 5  # a block of fewer words does not make a page one with main text
SURE = np.float32(0.5)


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
        described += ws.features[b, F.IN_DESCRIPTION] * count
        headings += ws.features[b, F.HEADING_LEVEL] > 0
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
    z[P_LOG_WORDS] = log_of_count(words)
    z[P_LOG_BLOCKS] = log_of_count(blocks)
    z[P_LINK_SHARE] = link_words / all_words
    z[P_PROSE_SHARE] = prose_words / all_words
    z[P_PROSE_BLOCKS] = log_of_count(prose_blocks)
    z[P_HIGHEST] = highest
    z[P_HIGHEST_OF_SENTENCES] = highest_prose
    z[P_KEPT_WORDS] = log_of_count(kept)
    z[P_KEPT_BLOCKS] = log_of_count(kept_blocks)
    z[P_KEPT_SHARE] = kept / all_words
    z[P_KEPT_LINK_SHARE] = kept_links / (kept + 1)
    z[P_EXPECTED_F1] = 2 * hits / (kept + mass) if kept + mass > 0 else np.float32(0)
    z[P_MEAN_SCORE] = mass / all_words
    z[P_HEADINGS] = log_of_count(headings)
    z[P_IMAGES] = log_of_count(images)
    z[P_DIGIT_SHARE] = digits / all_words
    z[P_DESCRIBED_SHARE] = described / all_words
    z[P_LOG_LONGEST] = np.log1p(longest)


@njit(cache=True, nogil=True)
def boilerplate_score(ws: Workspace, model: Model) -> Real:
    """0 to 1: how surely the page has no main text, by its `page_row`; 1 for a page without a word."""
    if ws.state[C.BLOCKS] == 0:
        return np.float32(1)
    score_blocks(ws.page_row, np.int64(1), model.page, ws.page_score)
    return ws.page_score[0]
