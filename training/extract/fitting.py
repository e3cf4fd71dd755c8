"""From labelled pages to a model: word tables, first forest, second forest, each learned out of fold by host.

What a stage learns from must look as it will in use: the word weights of a training page, and the first stage's scores
that the second stage sees, come from tables and forests that never saw the page's host.
"""

from dataclasses import dataclass

import numpy as np

from operators.extract.html import columns as C
from operators.extract.html.feature_names import FIRST as FIRST_NAMES
from operators.extract.html.feature_names import SECOND as SECOND_NAMES
from operators.extract.html.features_second import second_features
from operators.extract.html.model import Model, blank
from operators.extract.html.page import read_blocks
from operators.extract.html.trees import score_blocks
from operators.extract.html.workspace import Workspace
from training.extract.boosting import FIRST, SECOND, fit, flatten
from training.extract.folds import fold_of
from training.extract.labels import Labels
from training.extract.pages import GoldPage
from training.extract.tables import Tally

INNER_FOLDS = 3
SURELY, SURELY_NOT = 0.7, 0.25  # share of gold words from which on a block is main text, and up to which it is not
HEAVIEST_PAGE = 300.0


@dataclass(frozen=True, kw_only=True)
class Example:
    """A page with its labels."""

    page: GoldPage
    labels: Labels


def block_weights(labels: Labels) -> np.ndarray:
    """Weight of each block: root of its words, times trust; a page weighs no more than the root of HEAVIEST_PAGE."""
    weight = labels.trust * np.sqrt(labels.words + 2)
    return weight / max(weight.sum(), 1e-6) * np.sqrt(min(weight.sum(), HEAVIEST_PAGE))


def certain(share: np.ndarray) -> np.ndarray:
    """Shares pulled to 1 and 0 where they are clear."""
    return np.where(share >= SURELY, 1, np.where(share <= SURELY_NOT, 0, share)).astype(np.float32)


def read(example: Example, ws: Workspace, model: Model) -> np.ndarray:
    """Measures the page into the workspace; returns its table of paths."""
    source = np.frombuffer(example.page.utf8, np.uint8)
    table = read_blocks(source, min(len(source), ws.text.shape[0] - 64), ws, model)
    if ws.state[C.BLOCKS] != len(example.labels.share):
        raise ValueError(f"{example.page.url}: {ws.state[C.BLOCKS]} blocks, {len(example.labels.share)} labels")
    return table


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
    tables = _tables(examples, fold, tally)
    rows = np.cumsum([0, *(len(e.labels.share) for e in examples)])
    row_fold = np.repeat(fold, np.diff(rows))
    share = certain(np.concatenate([e.labels.share for e in examples]))
    weight = np.concatenate([block_weights(e.labels) for e in examples]).astype(np.float32)
    weight /= weight.mean()

    features = np.empty((rows[-1], len(FIRST_NAMES)), np.float32)
    for k, example in enumerate(examples):
        read(example, ws, blank()._replace(**tables[fold[k]]))
        features[rows[k] : rows[k + 1]] = ws.features[: rows[k + 1] - rows[k]]
    score = np.zeros(rows[-1], np.float32)
    for out in range(INNER_FOLDS):
        held = row_fold == out
        if held.any():
            forest = flatten(fit(features[~held], share[~held], weight[~held], FIRST))
            held_score = np.empty(held.sum(), np.float32)
            score_blocks(np.ascontiguousarray(features[held]), len(held_score), forest, held_score)
            score[held] = held_score
    first = flatten(fit(features, share, weight, FIRST))

    context = np.empty((rows[-1], len(SECOND_NAMES)), np.float32)
    for k, example in enumerate(examples):
        table = read(example, ws, blank()._replace(**tables[fold[k]]))
        blocks = rows[k + 1] - rows[k]
        ws.score[:blocks] = score[rows[k] : rows[k + 1]]
        second_features(ws, table)
        context[rows[k] : rows[k + 1]] = ws.context[:blocks, : len(SECOND_NAMES)]
    second = flatten(fit(context, share, weight, SECOND))
    return Model(**tables[-1], first=first, second=second)


def _tables(examples: list[Example], fold: np.ndarray, tally: Tally) -> list[dict[str, np.ndarray]]:
    """Word tables without the hosts of each inner fold, and at the end those of all hosts."""
    hosts = [frozenset(e.page.host for e, f in zip(examples, fold, strict=True) if f != k) for k in range(INNER_FOLDS)]
    hosts.append(frozenset(e.page.host for e in examples))
    return [dict(zip(Model._fields[:4], tally.tables(h), strict=True)) for h in hosts]
