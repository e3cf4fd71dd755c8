"""Rewrites and signals that go character by character: equal to their plain functions on any text."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.fold import Fold, folded
from corpusmill.operators.rewrite.punctuation import Punctuation, one_sided
from corpusmill.operators.signals.garble import COUNTED, Garble, garble, ratio_of

FOLDS = (
    (Fold(), (("letters", "digits"), "keep", None)),
    (Fold(width=(), case="fold"), ((), "fold", None)),
    (Fold(width=("signs", "digits"), case="lower", digits="0"), (("signs", "digits"), "lower", "0")),
    (Fold(width=("letters",), digits=""), (("letters",), "keep", "")),
)
WIDTHS = st.text(st.sampled_from("ＡｚＺ０９＠．，！（）。、AzZ09ßİΣſ①٣५ \n好ガｶﾞ\U0001d7d8\U00010400"), max_size=30)
MARKED = st.text(st.sampled_from(",.!?;:()，。！？；：（）、 ab12好カ」ไ\n\U00020000"), max_size=30)
BROKEN = st.lists(
    st.sampled_from(
        ["锟斤拷", "锟斤", "烫", "屯屯", "ï¿½", "ï", "\ufffd", "\ue000", "\U000f0000", "Пр", "ab", "α", "好", " ", "я"]
    )
).map("".join)


def texts_of(strategy):
    return st.lists(st.one_of(st.none(), st.text(), strategy), max_size=5)


@pytest.mark.thorough
@pytest.mark.parametrize(("operator", "options"), FOLDS, ids=str)
@given(texts=texts_of(WIDTHS))
@settings(max_examples=100)
def test_folding_equals_the_plain_function(operator, options, texts):
    column = pa.array(["ＢＥ", *texts, "Ａ"], TEXT).slice(1, len(texts))
    table = operator(Batch(pa.table({"text": column}))).table
    table.validate(full=True)
    assert table["text"].to_pylist() == [None if text is None else folded(text, *options) for text in texts]


@given(texts=texts_of(WIDTHS))
@settings(max_examples=50)
def test_folded_characters_are_counted(texts):
    table = Fold()(Batch(pa.table({"text": pa.array(texts, TEXT)}))).table
    changed = [
        sum(a != b for a, b in zip(text or "", folded(text or "", ("letters", "digits"), "keep", None), strict=True))
        for text in texts
    ]
    assert table["folded_chars"].to_pylist() == changed


@pytest.mark.thorough
@given(
    texts=texts_of(MARKED),
    languages=st.lists(
        st.sampled_from(["zh", "ja", "en", "ko", "", "und", None, "zh_Hant", "JA-jp"]), min_size=5, max_size=5
    ),
)
@settings(max_examples=200)
def test_punctuation_equals_the_plain_function(texts, languages):
    languages = languages[: len(texts)]
    column = pa.array(["好,", *texts, "a，b"], TEXT).slice(1, len(texts))
    table = Punctuation()(Batch(pa.table({"text": column, "language": pa.array(languages, pa.string())}))).table
    table.validate(full=True)
    sides = [0 if name is None else Punctuation().side_of(name) for name in languages]
    expected = [None if text is None else one_sided(text, side) for text, side in zip(texts, sides, strict=True)]
    assert table["text"].to_pylist() == expected
    for text, after, n in zip(texts, expected, table["punctuation_marks_changed"].to_pylist(), strict=True):
        assert (n > 0) == (text != after)


@pytest.mark.thorough
@given(texts=texts_of(BROKEN))
@settings(max_examples=200)
def test_garble_equals_the_plain_function(texts):
    column = pa.array(["锟", *texts, "斤拷"], TEXT).slice(1, len(texts))
    rows = Garble()(Batch(pa.table({"text": column}))).table.to_pylist()
    for row, text in zip(rows, texts, strict=True):
        assert list(row.values())[1:-1] == [garble(text or "")[name] for name in COUNTED]
        assert row["garble_ratio"] == pytest.approx(ratio_of(text or ""))
        assert 0 <= row["garble_ratio"] <= 1


def test_sides_by_language():
    operator = Punctuation(full=("zh",), half=("en",))
    assert [operator.side_of(name) for name in ("zh-TW", "en", "fr", "")] == [1, 3, 0, 0]
    with pytest.raises(ValueError, match="both name"):
        Punctuation(full=("zh",), half=("zh",))
