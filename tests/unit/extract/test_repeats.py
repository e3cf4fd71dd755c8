"""What stands on a page more than once stays, is counted, and goes on request."""

import pytest

from tests.unit.extract.test_main_text import PAGE, SECOND, extract

REFRAIN = "Row the boat over the dark water, and sing for the morning that comes"
STEP = "Beat the mixture for two minutes and let it rest under a cloth."
VERSES = [
    f"Verse {n} tells of the harbour in the {n} year of the rain, and of those who did not come home." for n in "1234"
]
ROW = "<tr><td>Monday in the second week of the term</td><td>rooms four and five, upper floor</td><td>closed</td></tr>"
PARAGRAPHS = "".join(f"<p>{v}</p>" for v in VERSES)


def page(body: str) -> bytes:
    return PAGE.replace("<pre>", f"{body}<pre>").replace("</h1>", f"</h1>{SECOND.replace('Nobody', 'No one')}").encode()


SONG = page("".join(f"<p>{v}</p><p>{REFRAIN}</p>" for v in VERSES))
SONG_IN_LINES = page("".join(f"<p>{v}<br>{REFRAIN},<br>{REFRAIN}</p>" for v in VERSES))
RECIPE = page("<ol>" + "".join(f"<li>{v}</li><li>{STEP}</li>" for v in VERSES) + "</ol>")
TABLE = page(f"<table>{ROW}{ROW}<tr><td>Friday</td><td>open</td></tr>{ROW}</table>")


@pytest.mark.parametrize(
    ("content", "passage", "count"),
    [(SONG, REFRAIN, 4), (SONG_IN_LINES, REFRAIN, 8), (RECIPE, STEP, 4), (TABLE, "rooms four and five", 3)],
)
def test_what_repeats_with_reason_stays(content, passage, count):
    (row,) = extract(content)
    assert row["text"].count(passage) == count


@pytest.mark.parametrize(
    ("content", "passage", "dropped"), [(SONG, REFRAIN, 3), (RECIPE, STEP, 3), (TABLE, "rooms four and five", 2)]
)
def test_repeats_go_on_request_and_are_counted_either_way(content, passage, dropped):
    kept, left = (extract(content, params={"repeats": repeats})[0] for repeats in ("keep", "drop"))
    assert left["text"].count(passage) == 1
    # the page itself has one paragraph twice
    assert kept["repeated_passages"] == left["repeated_passages"] == dropped + 1


def test_a_row_goes_whole_or_stays():
    cell = "<td><p>rooms four and five, upper floor, in the old building</p></td>"
    rows = f"<tr><td>Monday</td>{cell}</tr><tr><td>Tuesday</td>{cell}</tr><tr><td>Monday</td>{cell}</tr>"
    text = extract(page(f"<table>{rows}</table>"), params={"repeats": "drop", "threshold": 0.1})[0]["text"]
    assert "Monday\trooms four and five, upper floor, in the old building\nTuesday\trooms four" in text
    assert text.count("Monday") == 1


def test_a_row_that_holds_a_table_stays():
    inner = f"<table>{ROW}</table>"
    rows = f"<tr><td>{inner}</td></tr><tr><td>{SECOND[3:-4]}</td></tr>"
    text = extract(page(f"<table>{rows}{rows}</table>"), params={"repeats": "drop", "threshold": 0.1})[0]["text"]
    assert text.count("rooms four and five") == 1


@pytest.mark.parametrize(
    "tag", ['<div class="mobile">', '<div class="slick-cloned">', "<div hidden>", "<div aria-hidden=true>"]
)
def test_a_copy_for_another_screen_is_excluded(tag):
    (row,) = extract(page(f"<div class=all>{PARAGRAPHS}</div>{tag}{PARAGRAPHS}</div>"), params={"threshold": 0.1})
    assert row["text"].count(VERSES[0]) == 1
    assert row["repeated_passages"] == 1


def test_a_page_without_repeats_has_none():
    assert extract(b"<html><p>a")[0]["repeated_passages"] == 0
    assert extract(None)[0]["repeated_passages"] is None
