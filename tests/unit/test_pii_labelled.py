"""Recall and precision of the masking of personal data, on marked lines and look-alikes."""

import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.personal.batch import find_all
from corpusmill.operators.rewrite.personal.find import find
from corpusmill.operators.rewrite.personal.national import LANGUAGES
from corpusmill.operators.rewrite.pii import PLACEHOLDERS, Pii, masked
from corpusmill.operators.text.spans import spans_of
from tests.labelled_pii import CHINESE, TELEPHONES, labelled_lines, scores


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


def test_recall_and_precision_on_chinese_lines():
    assert len(list(labelled_lines(CHINESE))) >= 300
    found = scores(CHINESE)
    right, missed, wrong = (sum(n) for n in zip(*((s.right, len(s.missed), len(s.wrong)) for s in found), strict=True))
    print(f"recall {right / (right + missed):.3f}, precision {right / (right + wrong):.3f} of {right} right")
    assert right / (right + missed) >= 0.95, [s.missed for s in found]
    assert right / (right + wrong) >= 0.98, [s.wrong for s in found]
    by_kind = {score.kind: score.right for score in found}
    assert all(by_kind[kind] >= 10 for kind in ("phone", "resident_id", "credit_code", "card", "plate", "email"))


def test_telephone_numbers_in_the_form_of_their_country():
    (found,) = (score for score in scores(TELEPHONES) if score.kind == "phone")
    assert len(LANGUAGES) >= 25
    assert found.recall >= 0.95, found.missed
    assert found.precision >= 0.98, found.wrong
    assert len({line.partition("\t")[0] for line, gold in labelled_lines(TELEPHONES) if gold}) >= 25


def test_a_number_without_trunk_prefix_needs_the_language_of_its_country():
    text = "Zadzwoń: 512 345 678"
    table = pa.table({"text": pa.array([text] * 4, TEXT), "language": ["pl", "en", None, "pol_Latn"]})
    found = Pii(language_column="language")(Batch(table)).table["pii_phone"].to_pylist()
    assert found == [1, 0, 0, 0]
    assert Pii()(Batch(table)).table["pii_phone"].to_pylist() == [0, 0, 0, 0]


def test_number_plates_are_masked_on_request():
    batch = Batch(pa.table({"text": pa.array(["车牌 京A12345，沪AD12345"], TEXT)}))
    assert Pii()(batch).table["pii_plate"].to_pylist() == [0]
    assert Pii(kinds=("plate",))(batch).table["text"].to_pylist() == ["车牌 <NUMBER_PLATE>，<NUMBER_PLATE>"]


def test_the_scan_finds_what_the_patterns_find_on_all_labelled_lines():
    for file in (CHINESE, TELEPHONES):
        texts = [text for text, _ in labelled_lines(file)]
        spans = spans_of(pa.array(texts, TEXT))
        found = find_all(spans)
        assert [found.get(i, []) for i in range(len(texts))] == [find(text.encode()) for text in texts]


def test_placeholders_and_kinds_can_be_chosen():
    text = "jo@mail.de, +49 30 1234567"
    op = Pii(kinds=("email",), placeholders={"email": "[mail]"})
    found = op(Batch(pa.table({"text": pa.array([text], TEXT)}))).table.to_pylist()[0]
    assert found["text"] == "[mail], +49 30 1234567"
    assert (found["pii_email"], found["pii_phone"]) == (1, 0)
    assert masked(text, PLACEHOLDERS) == "<EMAIL>, <PHONE>"
