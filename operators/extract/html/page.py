"""One page through every step, in one kernel.

These functions only call kernels. Numba puts them into their caller, so that the code of all steps is optimized once,
not once a level.
"""

import numpy as np
from numba import njit

from operators.extract.html import columns as C
from operators.extract.html.assembly import assemble
from operators.extract.html.choice import Choice, choose, nothing
from operators.extract.html.features_first import first_features
from operators.extract.html.features_second import second_features
from operators.extract.html.model import Model
from operators.extract.html.page_score import boilerplate_score, page_features
from operators.extract.html.scalars import Int, Real
from operators.extract.html.statistics import block_statistics
from operators.extract.html.sums import sum_elements
from operators.extract.html.tokenizer import tokenize
from operators.extract.html.trees import score_blocks
from operators.extract.html.workspace import Workspace

ODDS = 0.1  # (1 in 80) over (1 in 9), see training.extract.fitting


@njit(cache=True, nogil=True, inline="always")
def read_blocks(src: np.ndarray, n: Int, ws: Workspace, model: Model) -> np.ndarray:
    """Tokenizes and measures a page: fills the workspace up to `features`; returns the table of paths."""
    tokenize(src, n, ws)
    block_statistics(src, ws, model)
    sum_elements(ws, model)
    return first_features(src, ws, model)


@njit(cache=True, nogil=True, inline="always")
def score_page(src: np.ndarray, n: Int, ws: Workspace, model: Model) -> None:
    """Fills `score` for every block of the page, and `page_row`."""
    table = read_blocks(src, n, ws, model)
    blocks = ws.state[C.BLOCKS]
    if blocks:
        score_blocks(ws.features, blocks, model.first, ws.score)
        page_features(ws, ws.page_row[0])
        second_features(ws, table)
        score_blocks(ws.context, blocks, model.second, ws.score)


@njit(cache=True, nogil=True, inline="always")
def main_text(
    src: np.ndarray, n: Int, ws: Workspace, model: Model, threshold: Real, comments: bool, links: bool
) -> tuple[Int, Choice, Real]:
    """The main text of a page, in `result`: (its bytes, what was chosen, how surely the page is all boilerplate).

    Nothing is kept where that gives the higher F1 to expect: 1 if all is boilerplate, else 0. The forest learned
    from one such page in nine, real ones are one in eighty: its odds are corrected by that.
    """
    score_page(src, n, ws, model)
    choice = choose(ws, np.float32(threshold), comments)
    boilerplate = boilerplate_score(ws, model)
    if ODDS * boilerplate > (1 - boilerplate) * choice.expected_f1:
        choice = nothing(ws)
    return assemble(ws, links), choice, boilerplate
