"""Pages without main text, made from pages with it: there are too few real ones to learn from.

A page is read as always, then the blocks that hold its gold text are taken out, and the rest is measured: menus,
footers, forms, teasers. That is what login walls, error pages and shells that scripts would fill look like.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import ROOM_BYTES, Workspace
from corpusmill.operators.extract.html.features.first import first_features
from corpusmill.operators.extract.html.features.page_score import page_features
from corpusmill.operators.extract.html.features.statistics import block_statistics
from corpusmill.operators.extract.html.features.sums import sum_elements
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.extract.html.model.trees import score_blocks
from corpusmill.operators.extract.html.parse.tokenizer import tokenize

HARDLY = 0.15  # share of gold words above which a block goes


def page_row(ws: Workspace, score: np.ndarray) -> np.ndarray:
    """The features of the page that stands in the workspace, its blocks scored `score`."""
    ws.score[: len(score)] = score
    page_features(ws, ws.page_row[0])
    return ws.page_row[0].copy()


def emptied_row(utf8: bytes, share: np.ndarray, ws: Workspace, model: Model) -> np.ndarray | None:
    """The features of a page without its main text, scored by a model that never saw it; None when nothing is left."""
    source = np.frombuffer(utf8, np.uint8)
    tokenize(source, min(len(source), ws.text.shape[0] - ROOM_BYTES), ws)
    left = ws.blocks[: len(share)][share <= HARDLY]
    ws.blocks[: len(left)] = left
    ws.state[C.BLOCKS] = len(left)
    if not len(left):
        return None
    block_statistics(source, ws, model)
    sum_elements(ws, model)
    first_features(source, ws, model)
    score_blocks(ws.features, len(left), model.first, ws.score)
    return page_row(ws, ws.score[: len(left)].copy())
