"""Scores the blocks of a page by the two forests that read the same ranks."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.model.forest import Cuts
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.extract.html.model.ranks import rank_columns
from corpusmill.operators.extract.html.model.trees import add_leaves
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True, forceinline=True)
def _of_first_stage(cuts: Cuts) -> Int:
    """How many of the features are there before the second stage adds its own."""
    count = np.int64(0)
    while count < cuts.column.shape[0] and cuts.column[count] < C.FIRST_STAGE:
        count += 1
    return count


@njit(cache=True, nogil=True)
def score_first(ws: Workspace, model: Model) -> None:
    """Fills `score` by the first forest, and `ranks` with what both forests ask of its features."""
    cuts = model.first.cuts
    blocks, bits = ws.state[C.BLOCKS], ws.features.view(np.int32)
    rank_columns(bits, blocks, cuts, np.int64(0), _of_first_stage(cuts), ws.ranks)
    add_leaves(blocks, model.first, ws.ranks, ws.score)


@njit(cache=True, nogil=True)
def score_second(ws: Workspace, model: Model) -> None:
    """Fills `score` by the second forest, after `score_first` and `second_features`."""
    cuts = model.second.cuts
    blocks, bits = ws.state[C.BLOCKS], ws.features.view(np.int32)
    rank_columns(bits, blocks, cuts, _of_first_stage(cuts), cuts.column.shape[0], ws.ranks)
    add_leaves(blocks, model.second, ws.ranks, ws.score)
