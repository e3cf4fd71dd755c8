"""What a decision compared is what it says; a step that was not reached says so."""

import json

import pyarrow as pa
import pytest

from corpusmill.operators.decide.bounds import Bounds
from corpusmill.operators.decide.gopher_quality import GopherQuality
from corpusmill.operators.decide.language import Language
from corpusmill.operators.signals.counts import Counts
from corpusmill.pipeline.why.find import Document
from corpusmill.pipeline.why.measured import DROPPED, KEPT, UNDECIDED, Limit, measured

COUNTS = {name: pa.array([7], kind) for name, kind in Counts().columns_added().items()}


def document(table="documents", **columns):
    return Document(doc_id=1, unit="u", table=table, row=pa.table({"doc_id": [1], **columns}), shard=None)


def test_each_bound_is_shown_with_the_value_it_is_compared_with():
    steps = [("decide.bounds", Bounds(bounds={"word_count": [5, 10], "score": [None, 0.3]}))]
    (step,) = measured(document(word_count=pa.array([7], pa.int32()), score=pa.array([0.3], pa.float32())), steps)
    assert step.verdict == KEPT
    assert step.limits[0] == Limit(column="word_count", value=7, low=5.0, high=10.0)
    assert step.limits[1].high == 0.3
    assert all(limit.holds for limit in step.limits)


def test_the_bound_that_is_broken_is_marked():
    steps = [("decide.bounds", Bounds(bounds={"word_count": [20, None]}))]
    row = document("dropped", word_count=pa.array([7], pa.int32()), step=["decide.bounds"], reason=["word_count<20"])
    (step,) = measured(row, steps)
    assert step.verdict == f"{DROPPED}: word_count<20"
    assert [limit.holds for limit in step.limits] == [False]
    assert "<-- outside" in str(step.limits[0])


def test_every_threshold_of_a_recipe_is_found_without_a_list_of_them():
    op = GopherQuality()
    row = document(**{name: pa.array([0], kind) for name, kind in op.reads.items()})
    (step,) = measured(row, [("decide.gopher_quality", op)])
    bounds = [b for limit in step.limits for b in (limit.low, limit.high) if b is not None]
    assert {limit.column for limit in step.limits} == set(op.reads)
    assert sorted(bounds) == sorted(float(v) for v in (50, 100_000, 3, 10, 0.1, 0.1, 0.9, 0.3, 0.8, 2))


def test_of_two_steps_of_one_name_the_one_whose_reason_is_stored_dropped_it():
    first = ("decide.bounds", Bounds(bounds={"word_count": [5, None]}))
    second = ("decide.bounds", Bounds(bounds={"line_count": [9, None]}))
    third = ("decide.bounds", Bounds(bounds={"char_count": [1, 2]}))
    row = document("dropped", **COUNTS, step=["decide.bounds"], reason=["line_count<9"])
    steps = list(measured(row, [first, second, third]))
    assert [s.verdict for s in steps[:2]] == [KEPT, f"{DROPPED}: line_count<9"]
    assert steps[2].verdict == f"{UNDECIDED}; it would drop it too: char_count>2"


def test_the_least_score_is_that_of_the_documents_own_language():
    op = Language(keep={"en": 0.5, "hr": 0.2})
    row = document(language=["hr"], language_score=pa.array([0.3], pa.float32()))
    (step,) = measured(row, [("decide.language", op)])
    assert step.limits == (Limit(column="language_score", value=pytest.approx(0.3), low=0.2),)
    assert step.verdict == KEPT


def test_columns_that_were_never_measured_leave_the_verdict_of_the_record():
    (step,) = measured(document(), [("decide.bounds", Bounds(bounds={"word_count": [5, None]}))])
    assert (step.verdict, step.limits) == (KEPT, ())
    assert json.dumps(vars(step), default=str)
