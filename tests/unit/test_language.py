"""What the language signal says of small documents."""

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Signal


def told(texts: list[str | None], **params: object) -> dict[str, list]:
    op = load.equip(load.build("signals.language", params), load.shipped)
    assert isinstance(op, Signal)
    return op(Batch(pa.table({"text": pa.array(texts, TEXT)}))).table.drop_columns("text").to_pydict()


def test_documents_in_several_languages_and_scripts():
    texts = [
        "Where is the nearest station?",
        "Où est la gare la plus proche ?",
        "最寄りの駅はどこですか。",
        "Где вокзал?",
    ]
    found = told([*texts])
    assert found["language"] == ["en", "fr", "ja", "ru"]
    assert found["script"] == ["Latn", "Latn", "Jpan", "Cyrl"]
    assert all(0.7 < score <= 1 for score in found["language_score"])


def test_documents_without_letters_are_undetermined():
    assert told(["", None, " \n\t", "12 34 !?"]) == {
        "language": ["und"] * 4,
        "language_score": [0.0] * 4,
        "script": ["Zyyy"] * 4,
    }


def test_columns_can_be_renamed_so_that_an_input_may_bring_its_own_language():
    found = told(["Bonjour à tous"], column="found_language", script_column="found_script")
    assert list(found) == ["found_language", "found_language_score", "found_script"]


def test_only_the_prefix_is_read():
    text = "Der schnelle braune Fuchs springt über den faulen Hund. " * 2 + "The quick brown fox jumps. " * 50
    assert told([text], prefix_bytes=100)["language"] == ["de"]
    assert told([text], prefix_bytes=100_000)["language"] == ["en"]


def test_an_empty_prefix_is_refused():
    with pytest.raises(ValueError, match="prefix_bytes must be at least 1, got 0"):
        load.build("signals.language", {"prefix_bytes": 0})


def test_the_language_of_each_line_and_how_much_is_in_that_of_the_document():
    german, english = (
        "Der schnelle braune Fuchs springt über den faulen Hund.",
        "The quick brown fox jumps over the dog.",
    )
    found = told([f"{german}\n\n{english}\n{german}", "", None, "12\n34"], lines=True)
    assert found["language_lines"] == [["de", "und", "en", "de"], [], None, ["und", "und"]]
    own = 2 * len(german.encode())
    assert found["language_line_share"][0] == pytest.approx(own / (own + len(english)))
    assert found["language_line_share"][1:] == [0, 0, 0]
