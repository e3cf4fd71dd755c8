"""What-if on documents whose fate is known: exact where every dropped document was measured."""

import numpy as np
import pyarrow.compute as pc
import pytest

from corpusmill.errors import InputError
from corpusmill.operators.batch import Batch
from corpusmill.pipeline.config.load import parse
from corpusmill.pipeline.evidence.predict import predict
from corpusmill.pipeline.run.labelled import LabelledTexts
from corpusmill.pipeline.steps.chain import Chain
from tests.report.test_evidence import evidence, gathered, table

JOB = """
name: small
inputs: [{source: a, paths: [a.jsonl]}]
documents:
  - signals.counts
  - decide.bounds: {bounds: {word_count: [5, 40], char_count: [null, 120]}}
  - decide.bounds: {bounds: {line_count: [null, 3]}}
"""
FIRST, SECOND = "documents[1].bounds", "documents[2].bounds"


def real(spec) -> dict[str, int]:
    """Documents by language that the steps of a job keep."""
    chain = Chain(LabelledTexts(), [(s.operator, s.build()) for s in spec.documents], {})
    kept = chain.run(Batch(table(1200))).kept.table
    return {row["values"]: row["counts"] for row in pc.value_counts(kept["language"]).to_pylist()}


@pytest.mark.thorough
@pytest.mark.parametrize(
    "changes",
    [
        [f"{FIRST}.word_count=[9, 40]"],
        [f"{FIRST}.word_count=[5, 20]"],
        [f"{FIRST}.word_count=[2, 40]"],
        [f"{FIRST}.word_count=[5, null]"],
        [f"{SECOND}.line_count=[null, 5]"],
        [f"{SECOND}.line_count=[null, 2]"],
        [f"{FIRST}.word_count=[2, 30]", f"{SECOND}.line_count=[null, 2]"],
        [f"{FIRST}.word_count=[2, 60]", f"{FIRST}.char_count=[null, 400]"],
    ],
)
def test_predictions_are_what_a_run_keeps(changes):
    found, before, after = evidence(gathered([table(1200)], share=1.0)), parse(JOB), parse(JOB, overrides=changes)
    told, kept = predict(found, before, after), real(after)
    for language, one in told.languages.items():
        assert one.then.documents == pytest.approx(kept[language], abs=max(8, 0.02 * kept[language]))
    assert told.total.now.documents == sum(real(before).values())


def test_with_few_measured_the_error_says_so_and_holds():
    before, after = parse(JOB), parse(JOB, overrides=[f"{FIRST}.word_count=[2, 40]"])
    told = predict(evidence(gathered([table(1200)], share=0.1)), before, after)
    assert not told.total.is_exact
    assert abs(told.total.then.documents - sum(real(after).values())) <= told.total.error
    assert "pass the later steps too" in told.remarks[0]


def test_a_last_step_leaves_nothing_to_guess():
    after = parse(JOB, overrides=[f"{SECOND}.line_count=[null, 4]"])
    told = predict(evidence(gathered([table(1200)], share=0.0)), parse(JOB), after)
    assert told.total.then.documents == sum(real(after).values())
    assert told.total.is_exact


def test_a_bound_that_is_taken_out_is_the_loosest_one():
    after = parse(JOB, overrides=[f"{SECOND}.line_count=[null, 1000]"])
    told = predict(evidence(gathered([table(1200)])), parse(JOB), after)
    assert np.isclose(told.total.then.documents, sum(real(after).values()))


def test_other_changes_are_refused_with_a_way_to_go():
    found = evidence(gathered([table(60)]))
    added = parse(JOB.replace("  - signals.counts\n", "  - rewrite.unicode\n  - signals.counts\n"))
    with pytest.raises(InputError, match="steps are added"):
        predict(found, parse(JOB), added)
