"""One page through every step, in one kernel.

These functions only call kernels. Numba puts them into their caller, so that the code of all steps is optimized once,
not once a level.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.features.first import first_features
from corpusmill.operators.extract.html.features.page_score import boilerplate_score, page_features
from corpusmill.operators.extract.html.features.second import second_features
from corpusmill.operators.extract.html.features.statistics import block_statistics
from corpusmill.operators.extract.html.features.sums import sum_elements
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.extract.html.model.stages import score_first, score_second
from corpusmill.operators.extract.html.parse.tokenizer import tokenize
from corpusmill.operators.extract.html.result.assembly import assemble
from corpusmill.operators.extract.html.result.choice import Choice, choose, nothing
from corpusmill.operators.text.kernel import njit

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
    if ws.state[C.BLOCKS]:
        score_first(ws, model)
        page_features(ws, ws.page_row[0])
        second_features(ws, table)
        score_second(ws, model)


@njit(cache=True, nogil=True, inline="always")
def main_text(
    src: np.ndarray, n: Int, ws: Workspace, model: Model, threshold: Real, comments: bool, links: bool, repeats: Int
) -> tuple[Int, Choice, Real]:
    """The main text of a page, in `result`: (its bytes, what was chosen, how surely the page is all boilerplate).

    Nothing is kept where that gives the higher F1 to expect: 1 if all is boilerplate, else 0. The forest learned
    from one such page in nine, real ones are one in eighty: its odds are corrected by that.
    """
    score_page(src, n, ws, model)
    choice = choose(ws, np.float32(threshold), comments, repeats)
    boilerplate = boilerplate_score(ws, model)
    if ODDS * boilerplate > (1 - boilerplate) * choice.expected_f1:
        choice = nothing(ws)
    return assemble(ws, links), choice, boilerplate
