"""Rewrites that work on Arrow bytes: equal to their plain functions on any text, sliced and with nulls."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.rewrite.citations import Citations, without_marks
from corpusmill.operators.rewrite.line_filter import TERMINAL, LineFilter, filter_lines
from corpusmill.operators.rewrite.mojibake import Mojibake, flagged, repaired, suspicious
from corpusmill.operators.rewrite.pii import PLACEHOLDERS, Pii, masked
from corpusmill.operators.rewrite.refined.line_rules import Fate, LineRules, corrected
from corpusmill.operators.rewrite.refinedweb_lines import RefinedwebLines
from corpusmill.operators.rewrite.repeated_lines import RepeatedLines, without_repeats
from corpusmill.operators.rewrite.unicode import Unicode, clean
from corpusmill.operators.rewrite.urls import Urls, without_urls
from corpusmill.operators.rewrite.whitespace import SPACES, Whitespace, tidy
from corpusmill.operators.text.shares import share
from corpusmill.operators.text.spans import spans_of

LINES = st.lists(
    st.sampled_from(
        ["Reply to this", "  Reply to this\t", "tea.", "Tea is hot.", "", " ", "茶。", "x", "é" * 5, '"so"', "end…"]
    ),
    max_size=12,
).map("\n".join)
SPACED = st.text(st.sampled_from([*SPACES, *"\n\r\x0b\x0c\x85\u2028\u2029ab\u200b\x1f东"]), max_size=30)
BROKEN = st.text(max_size=12).map(lambda t: t.encode("utf-8", "ignore").decode("cp1252", "ignore"))
CITED = st.text(st.sampled_from("[]0123ecdit ab\né"), max_size=20)
FORMS = ("sign-in", "Sign-In ", "Read More...", "items in cart", " ITEMS in cart ", "3 likes", "(1,2k) ", "12K  Views!")
CORRECTED = st.lists(st.sampled_from([*FORMS, "\n", "\n3 likes\n", "HELLO ", "tea is hot ", "2024", "٣", "\u2003"]))
LINKS = ("http://", "HTTPS://", "ftp://", "www.", "example.com", "/a?b=c", "(x)", ".", ",", " ", "\n", "é", "x")
HIDDEN = st.text(
    st.sampled_from(
        "ab1 \n\r_\x08\x0b\x1f\x85\x92\x81\xad\u200b\u200e\u0301\ufff9\ufffa\ufffbខ\U0001f3f4\U000e0067\U000e007f"
    ),
    max_size=30,
)
LINKED = st.lists(st.sampled_from(LINKS), max_size=20)
JOINED = st.one_of(CORRECTED, LINKED).map("".join)
TEXTS = st.lists(st.one_of(st.none(), st.text(), LINES, SPACED, BROKEN, CITED, JOINED, HIDDEN), max_size=5)
FEW = LineRules(max_upper_ratio=1, min_words=0, short_words=3, counted=(), anywhere=("cart", "in cart"))

CASES = (
    (RepeatedLines(min_copies=2, min_bytes=3), lambda t: without_repeats(t, 2, 3)),
    (RepeatedLines(), lambda t: without_repeats(t, 3, 10)),
    (LineFilter(min_chars=5), lambda t: filter_lines(t, 5, TERMINAL)),
    (LineFilter(min_chars=2, must_end_with=()), lambda t: filter_lines(t, 2, ())),
    (Whitespace(), lambda t: tidy(t, True, 1)),
    (Whitespace(keep_indent=False, max_blank_lines=0), lambda t: tidy(t, False, 0)),
    (Whitespace(max_blank_lines=3), lambda t: tidy(t, True, 3)),
    (Citations(), without_marks),
    (Mojibake(), repaired),
    (Pii(), lambda t: masked(t, PLACEHOLDERS)),
    (Unicode(), lambda t: clean(t, "NFC", Unicode().remove)),
    (RefinedwebLines(), lambda t: corrected(t, LineRules()).text),
    (Urls(), without_urls),
)


@pytest.mark.thorough
@pytest.mark.parametrize(("operator", "plain"), CASES, ids=lambda case: type(case).__name__)
@given(texts=TEXTS)
@settings(max_examples=150)
def test_operator_equals_plain_function(operator, plain, texts):
    column = pa.array(["before  ", *texts, "after"], TEXT).slice(1, len(texts))
    table = operator(Batch(pa.table({"text": column}))).table
    table.validate(full=True)
    assert table.column("text").to_pylist() == [None if text is None else plain(text) for text in texts]


@pytest.mark.thorough
@pytest.mark.parametrize(("operator", "plain"), CASES, ids=lambda case: type(case).__name__)
@given(texts=TEXTS)
@settings(max_examples=60)
def test_counts_are_zero_exactly_where_nothing_changed(operator, plain, texts):
    table = operator(Batch(pa.table({"text": pa.array(texts, TEXT)}))).table
    for row, text in zip(table.to_pylist(), texts, strict=True):
        counts = [count for name, count in row.items() if name != "text"]
        assert all(count >= 0 for count in counts)
        if text is None or row["text"] == text:
            assert not any(counts)


@pytest.mark.thorough
@pytest.mark.parametrize("operator", [RepeatedLines(), LineFilter(), Whitespace(), Pii(), Unicode()], ids=str)
@given(text=st.one_of(st.text(), LINES, SPACED, HIDDEN))
@settings(max_examples=150)
def test_a_second_pass_changes_nothing(operator, text):
    once = operator(Batch(pa.table({"text": pa.array([text], TEXT)}))).table.select(["text"])
    assert operator(Batch(once)).table.column("text").equals(once.column("text"))


@pytest.mark.thorough
@given(texts=st.lists(st.one_of(st.text(), BROKEN), max_size=6))
@settings(max_examples=300)
def test_mojibake_scan_equals_plain_function(texts):
    column = pa.array(["Ã", *texts], TEXT).slice(1)
    assert flagged(spans_of(column)).tolist() == [suspicious(text) for text in texts]


@given(texts=st.lists(st.one_of(st.none(), JOINED), max_size=4), rules=st.sampled_from([LineRules(), FEW]))
def test_refinedweb_columns_equal_those_of_the_plain_function(texts, rules):
    column = pa.array(["BEFORE", *texts, "after"], TEXT).slice(1, len(texts))
    params = {name: getattr(rules, name) for name in LineRules.__dataclass_fields__}
    table = RefinedwebLines(**params)(Batch(pa.table({"text": column}))).table
    for row, text in zip(table.to_pylist(), texts, strict=True):
        plain = corrected(text or "", rules)
        fates = [plain.outcomes.count(fate) for fate in list(Fate)[1:]]
        ratios = [float(np.float32(share(words, plain.words))) for words in (plain.flagged, plain.removed)]
        assert list(row.values())[1:] == [*fates, *ratios]
