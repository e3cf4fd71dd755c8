"""What the language signal says of small documents."""

import unicodedata

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Signal


def languages_of(texts: list[str | None], **params: object) -> dict[str, list]:
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
    found = languages_of([*texts])
    assert found["language"] == ["en", "fr", "ja", "ru"]
    assert found["script"] == ["Latn", "Latn", "Jpan", "Cyrl"]
    assert all(0.7 < score <= 1 for score in found["language_score"])


def test_documents_without_letters_are_undetermined():
    assert languages_of(["", None, " \n\t", "12 34 !?"]) == {
        "language": ["und"] * 4,
        "language_score": [0.0] * 4,
        "script": ["Zyyy"] * 4,
    }


def test_columns_can_be_renamed_so_that_an_input_may_bring_its_own_language():
    found = languages_of(["Bonjour à tous"], column="found_language", script_column="found_script")
    assert list(found) == ["found_language", "found_language_score", "found_script"]


def test_a_long_text_is_read_at_its_beginning_in_its_middle_and_at_its_end():
    german, english = "Der schnelle braune Fuchs springt über den faulen Hund. ", "The quick brown fox jumps. "
    assert languages_of([german * 2 + english * 50], sample_bytes=300)["language"] == ["en"]
    assert languages_of([german + "??? " * 500], sample_bytes=300)["language"] == ["de"]
    assert languages_of([german + english * 50], sample_bytes=100_000)["language"] == ["en"]


def test_a_document_that_begins_with_a_kilobyte_of_names_has_the_language_of_its_text():
    names = "Wei Zhang, Łukasz Kowalski, José García, Jürgen Müller, Nguyễn Văn An, Søren Øster, Ana Petrović, " * 10
    english = "We measured how fast the ice melts, and found that it melts faster than anybody had thought before. "
    found = languages_of([names + "\n" + english * 20])
    assert (found["language"], found["language_score"][0] > 0.65) == (["en"], True)


CAPITALS = {
    "fi": "SATAMATOIMISTO PITÄÄ KIRJAA SATAMAAN SAAPUVISTA LAIVOISTA JA NIIDEN LASTEISTA",
    "de": "DER ZUG FÄHRT UM ACHT UHR AB, UND WER ZU SPÄT KOMMT, DEN SIEHT MAN HIER NICHT WIEDER",
    "en": "THE HARBOUR OFFICE KEEPS A LIST OF ALL THE SHIPS THAT COME IN AND OF WHAT THEY CARRY",
    "pl": "URZĄD PORTOWY PROWADZI REJESTR WSZYSTKICH STATKÓW, KTÓRE WCHODZĄ DO PORTU",
    "ru": "ПОРТОВАЯ КОНТОРА ВЕДЁТ УЧЁТ ВСЕХ КОРАБЛЕЙ, КОТОРЫЕ ПРИХОДЯТ В ПОРТ",
    "el": "ΤΟ ΓΡΑΦΕΙΟ ΤΟΥ ΛΙΜΑΝΙΟΥ ΚΑΤΑΓΡΑΦΕΙ ΟΛΑ ΤΑ ΠΛΟΙΑ ΠΟΥ ΕΡΧΟΝΤΑΙ",
}


@pytest.mark.parametrize("language", CAPITALS)
def test_text_in_capitals_has_the_language_it_has_in_small_letters(language):
    text = CAPITALS[language]
    found = languages_of([text, text.lower(), "x", text + " (" + text.lower()[:20] + ")"], lines=True)
    assert found["language"][0] == found["language"][1] == found["language"][3] == language
    assert found["language_score"][0] == found["language_score"][1]
    assert found["language_lines"][0] == [language]


def test_accents_and_syllables_written_in_pieces_are_read_as_one_character():
    texts = {
        "vi": "Cảng vụ ghi chép tất cả các tàu ra vào cảng và hàng hóa của chúng mỗi ngày",
        "ko": "서울특별시는 대한민국의 수도이자 최대 도시이다",
        "fr": "Où est la gare la plus proche, et à quelle heure part le dernier train ?",
    }
    apart = [unicodedata.normalize("NFD", text) for text in texts.values()]
    whole, found = languages_of([*texts.values()], lines=True), languages_of([*apart, "x"], lines=True)
    assert found["language"][:3] == [*texts]
    assert {name: values[:3] for name, values in found.items()} == whole


def test_an_empty_prefix_is_refused():
    with pytest.raises(ValueError, match="sample_bytes must be at least 1, got 0"):
        load.build("signals.language", {"sample_bytes": 0})


def test_the_language_of_each_line_and_how_much_is_in_that_of_the_document():
    german, english = (
        "Der schnelle braune Fuchs springt über den faulen Hund.",
        "The quick brown fox jumps over the dog.",
    )
    found = languages_of([f"{german}\n\n{english}\n{german}", "", None, "12\n34"], lines=True)
    assert found["language_lines"] == [["de", "und", "en", "de"], [], None, ["und", "und"]]
    own = 2 * len(german.encode())
    assert found["language_line_share"][0] == pytest.approx(own / (own + len(english)))
    assert found["language_line_share"][1:] == [0, 0, 0]
