"""The kernels give the features that plain Python gives."""

from functools import cache

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpusmill.operators import load
from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import Workspace, allocate
from corpusmill.operators.extract.html.features.names import FIRST, SECOND
from corpusmill.operators.extract.html.features.page_score import PAGE_FEATURES, page_features
from corpusmill.operators.extract.html.features.page_type import ld_types, og_type
from corpusmill.operators.extract.html.features.second import second_features
from corpusmill.operators.extract.html.model.forest import probability
from corpusmill.operators.extract.html.model.model import Model, blank
from corpusmill.operators.extract.html.model.model import load as load_model
from corpusmill.operators.extract.html.model.trees import score_blocks
from corpusmill.operators.extract.html.page import read_blocks as in_one_kernel
from corpusmill.operators.extract.html.plain.page import page_of
from corpusmill.operators.extract.html.plain.page_score import page_row
from corpusmill.operators.extract.html.plain.second import second_stage
from corpusmill.operators.extract.html.plain.whole import first_stage
from tests.property.extract.pages import long_texts, pages

WS = allocate(1 << 16)
read_blocks = in_one_kernel.py_func  # its kernels one by one, which extraction has compiled already


@cache
def shipped() -> Model:
    return load_model(load.shipped("shipped:extract/models/main_text.npz"))


def plain(source: np.ndarray, ws: Workspace, model: Model):
    return page_of(ws, model, source.tobytes(), og_type(source, ws), ld_types(source, ws))


@pytest.mark.thorough
@given(html=st.one_of(pages, pages, long_texts))
@settings(max_examples=200)
def test_first_stage(html):
    model = shipped()
    source = np.frombuffer(html.encode(), np.uint8)
    read_blocks(source, len(source), WS, model)
    expected = first_stage(plain(source, WS, model))
    assert len(expected) == WS.state[C.BLOCKS]
    for block, row in enumerate(expected):
        assert set(row) == set(FIRST)
        found = WS.features[block]
        for column, name in enumerate(FIRST):
            assert found[column] == pytest.approx(row[name], rel=2e-4, abs=2e-5), (name, block)


@pytest.mark.thorough
@given(html=pages)
@settings(max_examples=100)
def test_second_stage(html):
    model = shipped()
    source = np.frombuffer(html.encode(), np.uint8)
    table = read_blocks(source, len(source), WS, model)
    blocks = int(WS.state[C.BLOCKS])
    page = plain(source, WS, model)
    first = first_stage(page)
    score_blocks(WS.features, blocks, model.first, WS.score)
    scores = WS.score[:blocks].astype(float).tolist()
    expected = second_stage(page, first, scores)
    second_features(WS, table)
    for block, row in enumerate(expected):
        assert set(row) == set(SECOND)
        for column, name in enumerate(SECOND):
            slack = 2e-3 if name == "path_score" else 5e-5  # thousandths are cut from a float32
            assert WS.features[block, column] == pytest.approx(row[name], rel=5e-4, abs=slack), (name, block)


@pytest.mark.thorough
@given(html=pages)
@settings(max_examples=60)
def test_whole_page(html):
    model = shipped()
    source = np.frombuffer(html.encode(), np.uint8)
    read_blocks(source, len(source), WS, model)
    blocks = int(WS.state[C.BLOCKS])
    assume(blocks)
    page = plain(source, WS, model)
    score_blocks(WS.features, blocks, model.first, WS.score)
    expected = page_row(page, first_stage(page), WS.score[:blocks].astype(float).tolist())
    page_features(WS, WS.page_row[0])
    assert list(expected) == PAGE_FEATURES
    for column, (name, value) in enumerate(expected.items()):
        assert WS.page_row[0, column] == pytest.approx(value, rel=5e-4, abs=5e-5), name


@given(html=pages)
@settings(max_examples=40)
def test_trees_walked_together_are_trees_walked_alone(html):
    model = shipped()
    source = np.frombuffer(html.encode(), np.uint8)
    read_blocks(source, len(source), WS, model)
    blocks = int(WS.state[C.BLOCKS])
    score_blocks(WS.features, blocks, model.first, WS.score)
    for block in range(blocks):
        assert WS.score[block] == pytest.approx(probability(model.first, WS.features[block]), abs=1e-6)


def test_a_model_that_knows_nothing_scores_one_half():
    source = np.frombuffer(b"<p>a<p>b", np.uint8)
    read_blocks(source, len(source), WS, blank())
    score_blocks(WS.features, 2, blank().first, WS.score)
    assert WS.score[:2].tolist() == [0.5, 0.5]
