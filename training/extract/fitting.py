"""From labelled pages to a model: word tables, first forest, second forest, each learned out of fold by host.

What a stage learns from must look as it will in use: the word weights of a training page, and the first stage's scores
that the second stage and the page's forest see, come from tables and forests that never saw the page's host.
"""

from dataclasses import replace

import numpy as np

from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.model.forest import Forest
from corpusmill.operators.extract.html.model.model import TABLES, Model, blank
from training.extract.boosting import FIRST, PAGE, SECOND, fit, flatten
from training.extract.emptied import emptied_row, page_row
from training.extract.folds import fold_of
from training.extract.labels import Labels
from training.extract.stages import (
    INNER_FOLDS,
    Example,
    Rows,
    blanks,
    first_rows,
    held_scores,
    read,
    second_rows,
)
from training.extract.tables import Tally

SURELY, SURELY_NOT = 0.7, 0.25  # share of gold words from which on a block is main text, and up to which it is not
HEAVIEST_PAGE = 300.0
EMPTIED_WEIGHT = 0.1  # of a page whose main text was taken out: as if one page in ten had none


def block_weights(labels: Labels) -> np.ndarray:
    """Weight of each block: root of its words, times trust; a page weighs no more than the root of HEAVIEST_PAGE."""
    weight = labels.trust * np.sqrt(labels.words + 2)
    return weight / max(weight.sum(), 1e-6) * np.sqrt(min(weight.sum(), HEAVIEST_PAGE))


def certain(share: np.ndarray) -> np.ndarray:
    """Shares pulled to 1 and 0 where they are clear."""
    return np.where(share >= SURELY, 1, np.where(share <= SURELY_NOT, 0, share)).astype(np.float32)


def count_words(examples: list[Example], ws: Workspace) -> Tally:
    """What is seen of each word on the pages, by host."""
    tally = Tally()
    for example in examples:
        read(example, ws, blank())
        tally.add(ws, example.labels, example.page.host)
    return tally


def fit_model(examples: list[Example], tally: Tally, ws: Workspace) -> Model:
    """A model from these examples. Same examples, same model, bit for bit.

    tally: counts over at least these examples; what it holds of other hosts is not looked at.
    """
    fold = np.array([fold_of(e.page.host, INNER_FOLDS, "inner") for e in examples])
    rows = Rows(examples=examples, fold=fold, begin=np.cumsum([0, *(len(e.labels.share) for e in examples)]))
    tables = _tables(examples, fold, tally)
    share = certain(np.concatenate([e.labels.share for e in examples]))
    weight = np.concatenate([block_weights(e.labels) for e in examples]).astype(np.float32)
    weight /= weight.mean()

    models = blanks(tables[:-1])
    features = first_rows(rows, models, ws)
    forests = []
    for out in range(INNER_FOLDS):
        known = rows.block_fold != out
        forests.append(flatten(fit(features[known], share[known], weight[known], FIRST)))
    first = flatten(fit(features, share, weight, FIRST))
    score = held_scores(rows, features, forests)
    context = second_rows(rows, models, score, ws)
    second = flatten(fit(context, share, weight, SECOND))
    page = _page_forest(rows, [replace(m, first=f) for m, f in zip(models, forests, strict=True)], score, ws)
    return Model(**tables[-1], first=first, second=second, page=page)


def _page_forest(rows: Rows, models: list[Model], score: np.ndarray, ws: Workspace) -> Forest:
    """The forest that tells pages without main text, from real ones and from pages whose main text was taken out."""
    found, bare, weight = [], [], []
    for k, example in enumerate(rows.examples):
        read(example, ws, models[rows.fold[k]])
        is_bare = not example.page.text.strip()
        found.append(page_row(ws, score[rows.begin[k] : rows.begin[k + 1]]))
        bare.append(is_bare)
        weight.append(1.0)
        emptied = emptied_row(example.page.utf8, example.labels.share, ws, models[rows.fold[k]])
        if emptied is not None and not is_bare:
            found.append(emptied)
            bare.append(True)
            weight.append(EMPTIED_WEIGHT)
    return flatten(fit(np.array(found), np.array(bare, np.float32), np.array(weight, np.float32), PAGE))


def _tables(examples: list[Example], fold: np.ndarray, tally: Tally) -> list[dict[str, np.ndarray]]:
    """Word tables without the hosts of each inner fold, and at the end those of all hosts."""
    hosts = [frozenset(e.page.host for e, f in zip(examples, fold, strict=True) if f != k) for k in range(INNER_FOLDS)]
    hosts.append(frozenset(e.page.host for e in examples))
    return [dict(zip(TABLES, tally.tables(h), strict=True)) for h in hosts]
