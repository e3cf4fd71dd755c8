"""Decisions: which rule speaks first, where bounds include, and what is refused before any work."""

import pyarrow as pa
import pytest

from corpusmill.errors import ContractError
from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Decision


def reasons(name: str, params: dict[str, object], **columns: pa.Array) -> list[str | None]:
    decision = load.equip(load.build(name, params), load.shipped)
    assert isinstance(decision, Decision)
    return decision(Batch(pa.table(columns))).to_pylist()


def test_bounds_are_inclusive_and_the_first_broken_one_is_the_reason():
    bounds = {"words": [50, 100], "ratio": [None, 0.3]}
    ratios = pa.array([0.3, 0.31, 0.9, 0.1, None], pa.float32())
    found = reasons("decide.bounds", {"bounds": bounds}, words=pa.array([50, 100, 49, 101, None]), ratio=ratios)
    assert found == [None, "ratio>0.3", "words<50", "words>100", None]


def test_a_null_is_a_reason_where_the_job_says_so():
    params = {"bounds": {"words": [1, None]}, "null": "drop"}
    assert reasons("decide.bounds", params, words=pa.array([None, 0, 1])) == ["words is null", "words<1", None]


def test_nan_is_out_of_every_bound():
    assert reasons("decide.bounds", {"bounds": {"r": [0, None]}}, r=pa.array([float("nan")])) == ["r<0"]


def test_bounds_on_text_are_refused_by_name():
    with pytest.raises(ContractError, match="Bounds reads 'words' as a number; this batch has string"):
        reasons("decide.bounds", {"bounds": {"words": [1, None]}}, words=pa.array(["a"]))


def test_times_are_bounded_by_dates_to_the_end_of_the_last():
    at = pa.array([0, 1_704_067_199, 1_704_067_200, 1_706_745_599, 1_706_745_600, None], pa.timestamp("s", "UTC"))
    dated = reasons("decide.bounds", {"bounds": {"at": ["2024-01-01", "2024-01"]}}, at=at)
    assert dated == ["at<2024-01-01", "at<2024-01-01", None, None, "at>2024-01", None]
    assert reasons("decide.bounds", {"bounds": {"at": [1, None]}}, at=at)[:2] == ["at<1", None]
    instant = reasons("decide.bounds", {"bounds": {"at": [None, "2024-01-01T00:00:00Z"]}}, at=at)
    assert [reason is None for reason in instant] == [True, True, True, False, False, True]


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({}, "at least one column"),
        ({"w": [2, 1]}, "2 is above 1"),
        ({"w": [None, None]}, "both open"),
        ({"w": [1]}, r"must be \[low, high\]"),
        ({"w": ["a", None]}, "must be numbers"),
        ({"w": ["2024", 3]}, "two numbers or two dates"),
        ({"w": ["2024-02", "2024-01"]}, "keep nothing"),
        ({"w": [True, None]}, "must be numbers"),
    ],
)
def test_impossible_bounds_are_refused_when_the_job_is_read(bounds, message):
    with pytest.raises(ValueError, match=message):
        load.build("decide.bounds", {"bounds": bounds})


def test_language_takes_a_score_for_each_or_one_for_all():
    labels = pa.array(["en", "de", "fr", None, "en", "de"])
    scores = pa.array([0.65, 0.6, 0.99, None, 0.64, 0.5], pa.float32())
    columns = {"language": labels, "language_score": scores}
    each = reasons("decide.language", {"keep": {"en": 0.65, "de": 0.6}}, **columns)
    assert each == [None, None, "language", "language", "language_score", "language_score"]
    every = reasons("decide.language", {"keep": ["en", "fr"], "min_score": 0.7}, **columns)
    assert every == ["language_score", "language", None, "language", "language_score", "language"]


def test_languages_that_the_model_is_less_sure_of_have_lower_scores_of_their_own():
    columns = {
        "language": pa.array(["hr", "hr", "en", "en"]),
        "language_score": pa.array([0.4, 0.1, 0.64, 0.65], pa.float32()),
    }
    keep = {"keep": ["hr", "en"]}
    assert reasons("decide.language", keep, **columns) == [None, "language_score", "language_score", None]
    assert reasons("decide.language", {**keep, "min_score": 0.65}, **columns) == [*["language_score"] * 3, None]


@pytest.mark.parametrize("params", [{"keep": []}, {"keep": "en"}, {"keep": {"en": 2}}, {"keep": [3]}])
def test_senseless_languages_are_refused(params):
    with pytest.raises(ValueError, match="must"):
        load.build("decide.language", params)


def gopher(**changed: object) -> dict[str, pa.Array]:
    """One row that passes every rule of Gopher, with some values changed."""
    decision = load.find("decide.gopher_quality")
    good = {"gopher_words": 60, "gopher_mean_word_chars": 5.0, "gopher_alpha_ratio": 1.0, "gopher_stop_words": 2}
    return {n: pa.array([changed.get(n, good.get(n, 0))], t) for n, t in decision.reads.items()}


@pytest.mark.parametrize(
    ("column", "good", "bad", "reason"),
    [
        ("gopher_words", 50, 49, "gopher_words_few"),
        ("gopher_words", 100_000, 100_001, "gopher_words_many"),
        ("gopher_mean_word_chars", 3.0, 2.99, "gopher_words_short"),
        ("gopher_mean_word_chars", 10.0, 10.01, "gopher_words_long"),
        ("gopher_hash_ratio", 0.1, 0.101, "gopher_hashes"),
        ("gopher_ellipsis_ratio", 0.1, 0.101, "gopher_ellipses"),
        ("gopher_bullet_ratio", 0.9, 0.91, "gopher_bullets"),
        ("gopher_ellipsis_line_ratio", 0.3, 0.31, "gopher_ellipsis_lines"),
        ("gopher_alpha_ratio", 0.8, 0.79, "gopher_letters_few"),
        ("gopher_stop_words", 2, 1, "gopher_stop_words_few"),
        ("gopher_stop_words", None, 1, "gopher_stop_words_few"),
    ],
)
def test_gopher_numbers(column, good, bad, reason):
    assert reasons("decide.gopher_quality", {}, **gopher(**{column: good})) == [None]
    assert reasons("decide.gopher_quality", {}, **gopher(**{column: bad})) == [reason]


def test_word_length_by_language():
    by_language = {"by_language": True}
    for label, chars, expected in (
        ("de", 11.5, None),
        ("en", 11.5, "gopher_words_long"),
        ("zh", 1.0, None),
        ("xx", 1.0, "gopher_words_short"),
        (None, 1.0, "gopher_words_short"),
    ):
        columns = gopher(gopher_mean_word_chars=chars) | {"language": pa.array([label], pa.string())}
        assert reasons("decide.gopher_quality", by_language, **columns) == [expected]


def test_stop_words_by_language():
    op = load.equip(
        load.build("signals.gopher_quality", {"stop_words": "by_language", "words": "unicode"}), load.shipped
    )
    texts = ["der Mann und die Frau", "the man of war", "我是一个人", "whatever"]
    labels = pa.array(["de", "en", "zh", None], pa.string())
    table = pa.table({"text": pa.array(texts, pa.large_string()), "language": labels})
    out = op(Batch(table)).table  # pyright: ignore
    assert out.column("gopher_stop_words").to_pylist() == [3, 2, 4, None]


def test_unknown_language_of_stop_words_names_the_available():
    op = load.equip(load.build("signals.gopher_quality", {"stop_words": "xx"}), load.shipped)
    with pytest.raises(ValueError, match="no stop words for language 'xx'; there are af, ar"):
        op(Batch(pa.table({"text": pa.array(["a"], pa.large_string())})))  # pyright: ignore


def test_fineweb_documents_without_end_marks_can_pass():
    columns = {n: pa.array([0.0, 0.05], t) for n, t in load.find("decide.fineweb").reads.items()}
    assert reasons("decide.fineweb", {"unended_pass": True}, **columns) == [None, "fineweb_lines_unended"]
    assert reasons("decide.fineweb", {}, **columns) == ["fineweb_lines_unended"] * 2


def test_c4_reasons():
    names = load.find("decide.c4").reads
    rows = {"c4_sentences": [5, 4, 9, 9], "c4_curly_lines": [0, 0, 1, 1], "c4_lorem_ipsum_lines": [0, 0, 0, 1]}
    columns = {n: pa.array(rows.get(n, [7] * 4), t) for n, t in names.items()}
    assert reasons("decide.c4", {}, **columns) == [None, "c4_sentences_few", "c4_curly", "c4_lorem_ipsum"]
