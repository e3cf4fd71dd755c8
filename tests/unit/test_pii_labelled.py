"""Recall and precision of the masking of personal data, on marked lines and look-alikes."""

import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.pii import PLACEHOLDERS, Pii, masked
from tests.labelled_pii import labelled_lines, scores


def test_there_are_enough_lines_with_and_without_personal_data():
    marked = [bool(gold) for _, gold in labelled_lines()]
    assert sum(marked) >= 140
    assert len(marked) - sum(marked) >= 160


def test_recall_and_precision_by_kind():
    found = {score.kind: score for score in scores()}
    for score in found.values():
        print(f"{score.kind}: recall {score.recall:.3f}, precision {score.precision:.3f} of {score.right} right")
        assert score.precision == 1, score.wrong
        assert score.recall >= 0.94, score.missed
    assert found["card"].recall == found["iban"].recall == found["secret"].recall == 1


def test_placeholders_and_kinds_can_be_chosen():
    text = "jo@mail.de, +49 30 1234567"
    op = Pii(kinds=("email",), placeholders={"email": "[mail]"})
    found = op(Batch(pa.table({"text": pa.array([text], TEXT)}))).table.to_pylist()[0]
    assert found["text"] == "[mail], +49 30 1234567"
    assert (found["pii_email"], found["pii_phone"]) == (1, 0)
    assert masked(text, PLACEHOLDERS) == "<EMAIL>, <PHONE>"
