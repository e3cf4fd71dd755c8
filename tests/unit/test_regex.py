"""Regular expressions: what is counted is what a replacement replaces, and what RE2 cannot do is refused by name."""

import pyarrow as pa
import pytest

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.regex import Regex as Replace
from corpusmill.operators.signals.regex import Regex as Count

TEXTS = pa.array(["aaa aaa\naa", "第１章 第2章", "", None], TEXT)


def batch():
    return Batch(pa.table({"text": TEXTS}))


def test_anchors_match_once_a_place():
    found = Count(count={"opens": "^a", "lines": "(?m)^a", "words": r"\b\w"}, share={"han": r"\p{Han}+"})(batch()).table
    assert found["opens"].to_pylist() == [1, 0, 0, 0]
    assert found["lines"].to_pylist() == [2, 0, 0, 0]
    assert found["words"].to_pylist() == [3, 1, 0, 0]
    assert found["han"].to_pylist() == [0, pytest.approx(4 / 7), 0, 0]


def test_replacements_follow_one_another_and_are_counted():
    rules = {r"第([0-9]+)章": r"Chapter \1", "Chapter": "chapter", "(?i)A+": "b"}
    found = Replace(replace=rules)(batch()).table
    assert found["text"].to_pylist() == ["b b\nb", "第１章 chbpter 2", "", None]
    assert found["regex_replaced"].to_pylist() == [3, 3, 0, 0]


@pytest.mark.parametrize(
    ("replace", "message"),
    [
        ({"(?=a)": ""}, "RE2 cannot read"),
        ({"a*": ""}, "matches an empty text"),
        ({"(a)": r"\2"}, "RE2 cannot use the replacement"),
        ({"(a)": r"\g<1>"}, "RE2 cannot use the replacement"),
        ({}, "at least one expression"),
    ],
)
def test_what_cannot_work_is_refused_before_work(replace, message):
    with pytest.raises(ValueError, match=message):
        Replace(replace=replace)


def test_columns_of_a_count_need_names_of_their_own():
    with pytest.raises(ValueError, match="both name"):
        Count(count={"x": "a"}, share={"x": "b"})
    with pytest.raises(ValueError, match="at least one column"):
        Count()
