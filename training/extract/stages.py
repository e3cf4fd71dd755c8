"""The rows each forest learns from, page after page, and scores of pages by forests that never saw their host."""

from dataclasses import dataclass, replace

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import ROOM_BYTES, Workspace
from corpusmill.operators.extract.html.features.names import FIRST as FIRST_NAMES
from corpusmill.operators.extract.html.features.names import SECOND as SECOND_NAMES
from corpusmill.operators.extract.html.features.second import second_features
from corpusmill.operators.extract.html.model.forest import Forest
from corpusmill.operators.extract.html.model.model import Model, blank
from corpusmill.operators.extract.html.model.trees import score_blocks
from corpusmill.operators.extract.html.page import read_blocks
from training.extract.labels import Labels
from training.extract.pages import GoldPage

INNER_FOLDS = 3


@dataclass(frozen=True, kw_only=True)
class Example:
    """A page with its labels."""

    page: GoldPage
    labels: Labels


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The pages of a training set, their inner folds, and where their blocks begin among all blocks."""

    examples: list[Example]
    fold: np.ndarray  # int by page, from 0 to INNER_FOLDS - 1
    begin: np.ndarray  # int by page, and at the end how many blocks there are

    @property
    def block_fold(self) -> np.ndarray:
        return np.repeat(self.fold, np.diff(self.begin))


def read(example: Example, ws: Workspace, model: Model) -> np.ndarray:
    """Measures the page into the workspace; returns its table of paths."""
    source = np.frombuffer(example.page.utf8, np.uint8)
    table = read_blocks(source, min(len(source), ws.text.shape[0] - ROOM_BYTES), ws, model)
    if ws.state[C.BLOCKS] != len(example.labels.share):
        raise ValueError(f"{example.page.url}: {ws.state[C.BLOCKS]} blocks, {len(example.labels.share)} labels")
    return table


def first_rows(rows: Rows, models: list[Model], ws: Workspace) -> np.ndarray:
    """Features of the first stage, each page read with the word tables that never saw its host."""
    features = np.empty((rows.begin[-1], len(FIRST_NAMES)), np.float32)
    for k, example in enumerate(rows.examples):
        read(example, ws, models[rows.fold[k]])
        first, end = rows.begin[k], rows.begin[k + 1]
        features[first:end] = ws.features[: end - first, : len(FIRST_NAMES)]
    return features


def held_scores(rows: Rows, features: np.ndarray, forests: list[Forest]) -> np.ndarray:
    """The score of each block by the forest that never saw its host."""
    score = np.zeros(len(features), np.float32)
    for out, forest in enumerate(forests):
        held = rows.block_fold == out
        found = np.empty(held.sum(), np.float32)
        score_blocks(np.ascontiguousarray(features[held]), len(found), forest, found)
        score[held] = found
    return score


def second_rows(rows: Rows, models: list[Model], score: np.ndarray, ws: Workspace) -> np.ndarray:
    """Features of the second stage, from held scores of the first."""
    context = np.empty((rows.begin[-1], len(SECOND_NAMES)), np.float32)
    for k, example in enumerate(rows.examples):
        table = read(example, ws, models[rows.fold[k]])
        first, end = rows.begin[k], rows.begin[k + 1]
        ws.score[: end - first] = score[first:end]
        second_features(ws, table)
        context[first:end] = ws.features[: end - first, : len(SECOND_NAMES)]
    return context


def blanks(tables: list[dict[str, np.ndarray]]) -> list[Model]:
    """Models that know words only."""
    return [replace(blank(), **table) for table in tables]
