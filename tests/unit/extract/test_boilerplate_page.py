"""Pages that are all boilerplate leave at the decision; what is no page, or has a text, is not asked."""

import json

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision, Operator, Reader
from corpusmill.pipeline.config.base.columns import STANDARD
from corpusmill.pipeline.steps.chain import Chain
from tests.unit.extract.test_boilerplate_score import WALLS, page
from tests.unit.extract.test_main_text import PAGE

WORDS = "The kettle was on the stove before anyone else was awake and the tea was ready. " * 3


def reasons(scores: list[float | None], **params: float) -> list[str | None]:
    decision = load.build("decide.boilerplate_page", params)
    assert isinstance(decision, Decision)
    return decision(Batch(pa.table({"boilerplate_score": pa.array(scores, pa.float32())}))).to_pylist()


def test_a_score_above_the_bound_is_a_reason_and_no_score_is_none():
    assert reasons([0, 0.75, 0.751, 1, None]) == [None, None, "boilerplate_page", "boilerplate_page", None]
    assert reasons([0, 0.1, 1], max_score=0) == [None, "boilerplate_page", "boilerplate_page"]
    assert reasons([0.999, 1], max_score=1) == [None, None]
    assert reasons([]) == []


@pytest.mark.parametrize("bound", [-0.1, 1.1])
def test_a_bound_that_is_no_share_is_refused(bound):
    with pytest.raises(ValueError, match=f"max_score must be from 0 to 1, got {bound}"):
        load.build("decide.boilerplate_page", {"max_score": bound})


def scripted(data: dict[str, object]) -> bytes:
    return page(f'<script type="application/ld+json">{json.dumps(data)}</script>')


def test_from_pages_to_reasons():
    """An article stays, and so does one that only scripts would draw; walls go, whatever the site says of itself."""
    kept = {"article": PAGE.encode(), "drawn by scripts": scripted({"@type": "Article", "articleBody": WORDS})}
    dropped = {name: page(wall) for name, wall in WALLS.items() if name in ("login", "not found", "script")}
    dropped["owner"] = scripted({"@type": "Organization", "description": WORDS})
    dropped["empty"] = b"<html><body></body></html>"
    failed = {"document": b"%PDF-1.7"}
    pages = kept | dropped | failed
    reader = load.build("readers.warc", {})
    assert isinstance(reader, Reader)
    steps: list[tuple[str, Operator]] = [
        (name, load.equip(load.build(name, {}), load.shipped))
        for name in ("extract.main_text", "decide.boilerplate_page")
    ]
    columns = {name: pa.nulls(len(pages), dtype) for name, dtype in STANDARD.items()}
    columns["source_id"] = pa.array(list(pages), pa.string())
    columns["content"] = pa.array(list(pages.values()), pa.large_binary())
    out = Chain(reader, steps, {}).run(Batch(pa.table(columns)))
    assert out.kept.column("source_id").to_pylist() == list(kept)
    found = {
        gone.step: (gone.kind, gone.table["source_id"].to_pylist(), set(gone.reasons.to_pylist()))
        for gone in out.dropped
    }
    assert found == {
        "extract.main_text": ("failed", list(failed), {"not_html: pdf"}),
        "decide.boilerplate_page": ("dropped", list(dropped), {"boilerplate_page"}),
    }
