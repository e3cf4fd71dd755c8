"""Pages that scripts draw: what their JSON-LD tells in place of a text, and when it is not believed."""

import json

import pytest

from corpusmill.operators.extract.html.base.workspace import MAX_SCRIPTS
from corpusmill.operators.extract.html.result.jsonld import MOST_BYTES, described
from tests.unit.extract.test_main_text import extract

ENGLISH = "The kettle was on the stove before anyone else was awake and the tea was ready. " * 3
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。" * 2
LONG = "1" * 5000  # more digits than Python takes for a number
THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ" * 2


def page(*scripts: object, head: str = "") -> bytes:
    """A page without a word in its body; scripts: values to be written as JSON, or strings that are written as such."""
    texts = [s if isinstance(s, str) else json.dumps(s, ensure_ascii=False) for s in scripts]
    written = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    return f"<html><head>{head}{written}</head><body><div id=root></div>".encode()


@pytest.mark.parametrize("text", [ENGLISH, JAPANESE, THAI])
def test_an_article_body_is_the_text_and_no_boilerplate(text):
    (row,) = extract(page({"@type": "NewsArticle", "articleBody": text}))
    assert (row["text"], row["from_structured_data"], row["boilerplate_score"]) == (text.strip(), True, 0)


def test_a_description_is_the_text_but_the_page_may_be_boilerplate_all_the_same():
    (row,) = extract(page({"@type": "Product", "description": ENGLISH}))
    assert (row["text"], row["from_structured_data"]) == (ENGLISH.strip(), True)
    assert row["boilerplate_score"] == 1


@pytest.mark.parametrize(
    "owner",
    ["Organization", "WebSite", "LocalBusiness", "https://schema.org/ShoeStore", ["Thing", "Restaurant"], "Person"],
)
def test_what_the_site_says_of_itself_is_no_text_of_the_page(owner):
    (row,) = extract(page({"@graph": [{"@type": owner, "description": ENGLISH}, {"@type": "WebPage"}]}))
    assert (row["text"], row["from_structured_data"], row["boilerplate_score"]) == ("", False, 1)


def test_an_article_body_comes_before_a_longer_description():
    (row,) = extract(page({"articleBody": ENGLISH, "comment": {"text": ENGLISH * 9}}))
    assert row["text"] == ENGLISH.strip()


def test_too_few_words_are_no_text():
    assert not extract(page({"articleBody": "Nineteen words " * 9 + "alas."}))[0]["from_structured_data"]
    assert extract(page({"articleBody": "Twenty words, " * 9 + "no less."}))[0]["from_structured_data"]


def test_the_title_goes_before_it_on_request():
    head = "<title>Tea</title>"
    body = {"articleBody": ENGLISH}
    assert extract(page(body, head=head), params={"title": True})[0]["text"] == f"Tea\n\n{ENGLISH.strip()}"
    titled = {"articleBody": f"Tea<br>{ENGLISH}"}
    assert extract(page(titled, head=head), params={"title": True})[0]["text"] == f"Tea\n\n{ENGLISH.strip()}"
    assert extract(page(body, head=head))[0]["text"] == ENGLISH.strip()


def test_line_ends_inside_strings_are_read():
    (row,) = extract(page(f'{{"articleBody": "{ENGLISH}\n{ENGLISH}"}}'))
    assert row["text"] == f"{ENGLISH.strip()}\n\n{ENGLISH.strip()}"


@pytest.mark.parametrize(
    "script",
    [
        "",
        "{",
        "[" * 100_000,
        '{"articleBody": 3}',
        '{"articleBody": ' + "9" * 5000 + "}",
        '{"@type": {}, "description": null}',
    ],
)
def test_what_is_no_json_or_no_text_tells_nothing(script):
    (row,) = extract(page(script))
    assert (row["text"], row["from_structured_data"]) == ("", False)


def test_odd_characters_do_not_fail_the_batch():
    (row,) = extract(page(f'{{"articleBody": "\\ud800 &#{LONG}; {ENGLISH}"}}'))
    assert row["text"] == f"\ufffd \ufffd; {ENGLISH.strip()}"


def test_scripts_beyond_the_bound_are_passed_over():
    long = json.dumps({"articleBody": "a " * (MOST_BYTES // 2)}).encode()
    assert described([long, b'{"articleBody": "short"}']).body == "short"
    assert described([b" " * (MOST_BYTES - 9), b'{"articleBody": "late"}']).body == ""


def test_a_script_is_found_wherever_it_stands_among_the_first():
    others = [{"@type": "WebPage"}] * (MAX_SCRIPTS - 1)
    assert extract(page(*others, {"articleBody": ENGLISH}))[0]["text"] == ENGLISH.strip()
    assert extract(page(*others, {}, {"articleBody": ENGLISH}))[0]["text"] == ""


def test_a_row_is_read_from_its_own_scripts():
    pages = [page({"articleBody": ENGLISH}), b"<p>a", b"\xef\xbb\xbf" + page({"articleBody": JAPANESE})]
    pages.append(page({"articleBody": "Größe " * 30}).decode().encode("cp1252"))
    texts = [row["text"] for row in extract(*pages)]
    assert [texts[0], texts[2], texts[3]] == [ENGLISH.strip(), JAPANESE, ("Größe " * 30).strip()]
