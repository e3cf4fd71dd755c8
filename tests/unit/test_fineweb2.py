"""The settings of FineWeb2 by language and script, and the rules that use them."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Decision, Resource
from corpusmill.operators.text.fineweb2.settings import BOUNDS, SETTINGS, read_settings
from corpusmill.operators.text.language_codes import codes_of

CONTENT = load.shipped(SETTINGS.address)
FOUND = read_settings(CONTENT)


def rows_of(languages: list, scripts: list) -> list[str | None]:
    table = pa.table({"language": pa.array(languages, pa.string()), "script": pa.array(scripts, pa.string())})
    return [None if row < 0 else FOUND.labels[row] for row in FOUND.rows_of(Batch(table))]


def test_every_published_language_has_its_row():
    assert FOUND.own == 1930  # 1,929 and English
    assert FOUND.bounds["max_mean_word_chars"][FOUND.labels.index("swh_Latn")] == 9
    assert FOUND.bounds["min_language_score"][FOUND.labels.index("tha_Thai")] == 0.9


def test_labels_of_all_models_find_the_row():
    languages = ["sw", "swh", "swa", "zh", "zho", "ja", "sr", "sr", "en", "ar", "fa"]
    scripts = ["Latn", "Latn", "Latn", "Hani", "Hant", "Jpan", "Cyrl", "Latn", "Latn", "Arab", None]
    expected = "swh_Latn swh_Latn swh_Latn cmn_Hani cmn_Hani jpn_Jpan srp_Cyrl srp_Latn eng_Latn arb_Arab fas_Arab"
    assert rows_of(languages, scripts) == expected.split()


def test_a_language_without_settings_is_judged_by_its_script():
    assert rows_of(["xxx", "xxx", "xxx", None], ["Cyrl", "Latn", "Yiii", "Latn"]) == ["_Cyrl", "_Latn", "any", None]
    cyrillic = np.array([label.endswith("_Cyrl") for label in FOUND.labels[: FOUND.own]])
    row = FOUND.labels.index("_Cyrl")
    widest, newlines = FOUND.bounds["max_mean_word_chars"], FOUND.bounds["max_newline_ratio"]
    assert widest[row] == widest[: FOUND.own][cyrillic].max()
    assert newlines[row] == np.median(newlines[: FOUND.own][cyrillic])


def test_codes_of_null_languages_are_null():
    empty, null = pa.array([], pa.string()), pa.array([None], pa.string())
    assert codes_of(empty, empty).to_pylist() == []
    assert codes_of(null, pa.array(["Latn"])).to_pylist() == [None]


def test_bounds_of_the_language_decide():
    """Two documents with the same figures, in two languages."""
    op = load.equip(load.build("decide.fineweb2", {}), load.shipped)
    assert isinstance(op, Decision)
    figures: dict[str, object] = {name: 0.0 for name in op.columns_read() if name not in ("language", "script")}
    figures |= {"gopher_words": 100, "gopher_mean_word_chars": 10.5, "gopher_alpha_ratio": 1.0, "gopher_stop_words": 2}
    figures["fineweb_ended_line_ratio"] = 1.0
    columns = {name: pa.array([value] * 2, op.columns_read()[name]) for name, value in figures.items()}
    columns |= {"language": pa.array(["sw", "de"]), "script": pa.array(["Latn", "Latn"])}
    assert op(Batch(pa.table(columns))).to_pylist() == ["gopher_words_long", None]


def test_settings_that_are_none_are_refused_before_any_work():
    op = dataclasses.replace(load.build("decide.fineweb2", {}), settings=Resource("mine", b"language: sw"))
    with pytest.raises(ValueError, match="no settings by language"):
        op.check_files()  # pyright: ignore


@pytest.mark.parametrize("rule", ["script", "tokens"])
def test_shares_of_runs_stay_within_one(rule):
    texts = ["好的" * 200, "ครับ" * 200, "a a " * 200]
    out = load.build("signals.gopher_repetition", {"words": rule})(Batch(pa.table({"text": pa.array(texts, TEXT)})))
    shares = [share for column in out.table.drop_columns("text").itercolumns() for share in column.to_pylist()]
    assert max(shares) == 1.0


def test_every_bound_is_a_number_for_every_language():
    assert all(np.isfinite(FOUND.bounds[name]).all() for name in BOUNDS)
