"""The operator on small pages: what is told, what is refused, what the options do."""

import datetime
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Operator

PARAGRAPH = (
    "<p>The kettle was on the stove before anyone else was awake, and by the time the others came down the tea was"
    " ready, the bread was cut, and the first letters had been read, answered and put aside for the post.</p>"
)
SECOND = (
    "<p>Nobody asked who had filled it, because it was filled each day, and each day the one who had done so said that"
    " it was nothing, took a cup from the shelf by the window, and went to see whether the post had come.</p>"
)
PAGE = f"""<!doctype html><html lang="en-GB"><head><title>Tea &amp;
 bread</title><link rel=canonical href="https://example.org/tea?a=1&amp;b=2">
<meta property="article:published_time" content="2023-02-28T10:00:00Z"></head><body>
<nav class="menu"><ul><li><a href=/>Home</a></li><li><a href=/about>About us</a></li></ul></nav>
<article class="post-content"><h1>Tea and bread</h1>{PARAGRAPH}{SECOND}{PARAGRAPH}
<ul><li>One spoon of the darker leaves, and never more than that, for each cup that is to be filled.</li>
<li>Water that has boiled once, and once only, poured <a href=x>while it is still moving</a> in the kettle.</li></ul>
<pre>boil(water)
  pour(water)</pre></article>
<div id="comments" class="comments-area"><p>What a lovely text about tea, I have read it twice and I will read it again
 tomorrow, when there is time for it and the kettle is on.</p></div>
<footer class="site-footer"><p>© 2024 Example. All rights reserved.</p></footer></body></html>"""


@cache
def operator(**params) -> Operator:
    return load.equip(load.build("extract.main_text", params), load.shipped)


def extract(*pages: bytes | None, params=None, **columns) -> list[dict]:
    table = {"content": pa.array(pages, pa.large_binary())}
    table |= {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return operator(**(params or {}))(Batch(pa.table(table))).table.to_pylist()


def test_text_without_menu_and_footer():
    (row,) = extract(PAGE.encode())
    assert "Nobody asked who had filled it" in row["text"]
    assert "About us" not in row["text"]
    assert "All rights reserved" not in row["text"]
    assert "- One spoon of the darker leaves" in row["text"]
    assert row["text"].count("\n\n") >= 3
    assert row["boilerplate_score"] < 0.2
    assert row["expected_f1"] > 0.7
    assert not row["truncated"]


def test_what_the_page_tells_of_itself():
    (row,) = extract(PAGE.encode())
    told = {name: row[name] for name in ("title", "html_lang", "canonical_url", "published", "charset_source")}
    assert told == {
        "title": "Tea & bread",
        "html_lang": "en-GB",
        "canonical_url": "https://example.org/tea?a=1&b=2",
        "published": datetime.date(2023, 2, 28),
        "charset_source": "utf8",
    }


@pytest.mark.parametrize(
    ("html", "day"),
    [
        ('<meta name="date" content="2023-02-29">', None),
        ('<meta name="date" content="2024/02/29">', datetime.date(2024, 2, 29)),
        ('<meta name="DC.date" content="20231231">', datetime.date(2023, 12, 31)),
        ('<script type="application/ld+json">{"datePublished" : "2021-05-06T1"}</script>', datetime.date(2021, 5, 6)),
        ('<time datetime="2020-01-02">x</time>', datetime.date(2020, 1, 2)),
        ('<meta name="date" content="1824-01-01">', None),
        ('<meta name="date" content="yesterday">', None),
        ('<meta itemprop="datePublished" content=" 2019-10-11">', datetime.date(2019, 10, 11)),
    ],
)
def test_day_of_publication(html, day):
    (row,) = extract(f"<html>{html}<p>a".encode())
    assert row["published"] == day


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> a\n b </title>", "a b"),
        ('<meta property="og:title" content="a &amp; b">', "a & b"),
        ("<title></title><h1>a<br>b</h1>", "a b"),
        ("<p>a", None),
        (f"<title>{'é' * 3000}</title>", "é" * 1020),
    ],
)
def test_title(html, title):
    (row,) = extract(f"<html>{html}".encode())
    assert row["title"] == title


@pytest.mark.parametrize(
    ("content", "mime", "failure"),
    [
        (b"%PDF-1.7 x", None, "not_html: pdf"),
        (b"%PDF-1.7 x", "text/html", "not_html: pdf"),
        (b"\x89PNG\r\n\x1a\n", "text/html", "not_html: image"),
        (b"\x1f\x8b\x08\x00abc", None, "not_html: archive"),
        (b'{"a": [1]}', None, "not_html: json"),
        (b'{"a": [1]}', "text/html", "not_html: json"),
        (b"<?xml version='1.0'?><rss><channel>", "text/html", "not_html: feed"),
        (b"<?xml version='1.0'?><!-- <html> --><!DOCTYPE rss><rss version=2>", "text/html", "not_html: feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", None, "not_html: feed"),
        (b"<feedback-widget></feedback-widget><p>a", "text/html", None),
        (b"<feedback-widget></feedback-widget><p>a", None, None),
        (b"<!-- <rss> --><p>a", "text/html", None),
        (b"<div>Put <rss> first", None, None),
        (b"<htmlx>a", "text/css", "not_html: plain_text"),
        ("<?xml version='1.0'?><rss><channel>".encode("utf-16"), "text/html", "not_html: feed"),
        ("<?xml version='1.0'?><rss><channel>".encode("utf-16-be"), "text/html", "not_html: feed"),
        ("<!DOCTYPE html><p>a日".encode("utf-16"), "text/plain", None),
        ("<!DOCTYPE html><p>a日".encode("utf-16-le"), "text/plain", None),
        ("plain words".encode("utf-16"), None, "not_html: plain_text"),
        ('{"a": [1]}'.encode("utf-16"), None, "not_html: json"),
        (b"<?xml version='1.0'?><a/>", None, "not_html: xml"),
        (b"<?xml version='1.0'?><html><p>a", "application/xml", None),
        (b"plain words", None, "not_html: plain_text"),
        (b"plain words", "text/html", None),
        (b"<!DOCTYPE html><p>a", "text/plain", None),
        (b"<p>a", "application/octet-stream", None),
        (b"<p>a", None, None),
        (b"a{b:c}", "text/css", "not_html: plain_text"),
        (b"<p>a", "image/png", "not_html: image"),
        (bytes(range(1, 9)) * 9, "text/html", "not_html: binary"),
        (b" \n ", "text/html", "not_html: empty"),
        (b"", None, "not_html: empty"),
        (None, None, "no_content"),
    ],
)
def test_only_html_goes_through_and_all_else_is_named(content, mime, failure):
    (row,) = extract(content, mime=[mime])
    assert row["failure"] == failure
    assert (row["text"] is None) == (failure is not None)


@pytest.mark.parametrize(("repeats", "count"), [("keep", 2), ("drop", 1)])
def test_a_paragraph_that_stands_twice_goes_on_request(repeats, count):
    (row,) = extract(PAGE.encode(), params={"repeats": repeats})
    assert PAGE.count("The kettle was on the stove") == 2
    assert row["text"].count("The kettle was on the stove") == count
    assert row["repeated_passages"] == 1


def test_code_and_short_lines_that_stand_twice_are_kept_twice():
    code = "<pre>boil(water); wait(minutes=3); pour(water, into=cup); drink(cup, slowly=True)</pre>"
    twice = PAGE.replace("</article>", f"{code}{SECOND[:-4]} And so on.</p>{code}<p>Go on.</p><p>Go on.</p></article>")
    (row,) = extract(twice.encode(), params={"threshold": 0.1})
    assert row["text"].count("drink(cup, slowly=True)") == 2
    assert row["text"].count("Go on.") == 2


def test_title_goes_before_the_text_on_request():
    (row,) = extract(PAGE.encode(), params={"title": True})
    assert row["text"].startswith("Tea & bread\n\n")
    assert extract(b"<title>a</title>", params={"title": True})[0]["text"] == "a"


def test_a_title_that_the_text_has_is_not_put_before_it():
    page = PAGE.replace("Tea &amp;\n bread", "Tea and bread")
    with_title, without = (
        extract(page.encode(), params={"title": title, "threshold": 0.1})[0]["text"] for title in (True, False)
    )
    assert without.startswith("Tea and bread\n\nThe kettle")
    assert with_title == without
    assert extract(page.replace("<h1>Tea and bread</h1>", "").encode(), params={"title": True})[0]["text"].startswith(
        "Tea and bread\n\nThe kettle"
    )


@pytest.mark.parametrize("size", [100, 255, 256, 624, 3000])
def test_a_title_that_is_the_whole_page_has_room(size):
    page = "<article class=post-content><h1>" + "a" * size
    (row,) = extract(page.encode(), params={"title": True})
    assert row["title"] == "a" * min(size, 2040)
    assert row["text"] in ("a" * size, "a" * 2040, f"{'a' * 2040}\n\n{'a' * size}")


def test_link_text_goes_on_request():
    with_links, without = (extract(PAGE.encode(), params={"links": links})[0]["text"] for links in (True, False))
    assert "poured while it is still moving in the kettle" in with_links
    assert "while it is still moving" not in without
    assert "in the kettle" in without


def test_comments_go_on_request():
    comment = f"""<div class="comment"><p>What a lovely text about tea, I have read it twice. {SECOND[3:]}</div>"""
    page = PAGE.replace("</article>", f'<section id="comments" class="comments-area">{comment}</section></article>')
    kept, dropped = (
        extract(page.encode(), params={"comments": comments, "threshold": 0.1})[0]["text"] for comments in (True, False)
    )
    assert "What a lovely text" in kept
    assert "What a lovely text" not in dropped
    assert "The kettle was on the stove" in dropped


def test_a_lower_threshold_keeps_no_less():
    low, mid, high = (len(extract(PAGE.encode(), params={"threshold": t})[0]["text"]) for t in (0.1, 0.5, 0.95))
    assert low >= mid >= high


def test_favour_is_a_threshold():
    by_name = [extract(PAGE.encode(), params={"favour": favour})[0]["text"] for favour in ("recall", "precision")]
    by_number = [extract(PAGE.encode(), params={"threshold": threshold})[0]["text"] for threshold in (0.4, 0.75)]
    assert by_name == by_number
    assert len(by_name[0]) > len(by_name[1])


def test_favour_and_threshold_together_are_refused():
    with pytest.raises(ValueError, match="threshold replaces favour"):
        load.build("extract.main_text", {"threshold": 0.5, "favour": "recall"})


@pytest.mark.parametrize("threshold", [0, 0.09, 2])
def test_thresholds_that_mean_nothing_are_refused(threshold):
    with pytest.raises(ValueError, match=f"threshold must be from 0.1 to 1, got {threshold}"):
        load.build("extract.main_text", {"threshold": threshold})


def test_code_keeps_its_white_space_and_cells_their_tabs():
    rows = "".join(f"<tr><td>{PARAGRAPH[3:-4]}</td><td>{n} cups of tea were poured for them.</td></tr>" for n in "12")
    (row,) = extract(PAGE.replace("</article>", f"<table>{rows}</table></article>").encode(), params={"threshold": 0.1})
    assert "boil(water)\n  pour(water)" in row["text"]
    assert ".\t1 cups of tea" in row["text"]


def test_a_page_drawn_by_scripts_is_read_from_its_structured_data():
    body = "The kettle was on the stove before anyone else was awake and the tea was ready. " * 3
    page = f'<html><script type="application/ld+json">{{"articleBody": "{body}"}}</script><div id=root></div>'
    (row,) = extract(page.encode())
    assert row["text"] == body.strip()
    assert row["from_structured_data"]
    assert row["boilerplate_score"] == 0
    assert not extract(PAGE.encode())[0]["from_structured_data"]


def test_slices_and_nulls_give_the_same_rows():
    pages = [PAGE.encode(), None, "<p>日本".encode("shift_jis"), b"%PDF-1", PAGE.encode(), b""]
    whole = operator()(Batch(pa.table({"content": pa.array(pages, pa.large_binary())}))).table
    column = pa.array([b"xx", *pages, b"yy"], pa.large_binary())
    sliced = operator()(Batch(pa.table({"content": column.slice(1, len(pages))}))).table
    assert whole.equals(sliced)


def test_bounds_are_flagged():
    (row,) = extract(b"<html>" + b"<div>" * 2000 + PAGE.encode())
    assert row["truncated"]


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_in_nothing_out(rows):
    assert len(extract(*[None] * rows)) == rows


def test_equal_bytes_twice_give_equal_rows():
    first, second = extract(PAGE.encode(), PAGE.encode())
    assert first == second
    assert np.float32(first["expected_f1"]) == first["expected_f1"]


PLAIN = "A tide table\r\n\r\n# Größe\n\n    <p>not a tag</p> & 10 < 20\n"


@pytest.mark.parametrize("mime", ["text/plain", "text/markdown", "Text/Plain; charset=utf-8"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_pages_of_plain_text_are_taken_as_they_stand(mime, codec):
    (row,) = extract(PLAIN.encode(codec), mime=[mime], http_charset=["windows-1252"])
    found = {name: row[name] for name in ("text", "failure", "title", "expected_f1", "boilerplate_score")}
    assert found == {"text": PLAIN, "failure": None, "title": None, "expected_f1": None, "boilerplate_score": 0.0}
    assert row["charset_source"] == {"utf-8": "utf8", "cp1252": "http"}.get(codec, "bom")


def test_among_pages_of_html_each_keeps_its_row():
    html, other = PAGE.encode(), b"%PDF-1.7"
    mimes = ["text/html", "text/plain", "text/plain", "text/markdown", None, "text/html", None]
    rows = extract(html, b"one", other, b"- two", b"three", html, None, mime=mimes)
    assert [row["text"] if row["title"] is None else "page" for row in rows] == [
        "page", "one", None, "- two", None, "page", None,
    ]  # fmt: skip
    failures = [None, None, "not_html: pdf", None, "not_html: plain_text", None, "no_content"]
    assert [row["failure"] for row in rows] == failures


@pytest.mark.parametrize(
    ("content", "mime", "failure"),
    [
        (b"plain words", "text/css", "not_html: plain_text"),
        (b"plain words", "text/x-rst", "not_html: plain_text"),
        (bytes(range(1, 9)) * 9, "text/plain", "not_html: binary"),
        (b" \n ", "text/plain", "not_html: empty"),
        (b"\x89PNG\r\n\x1a\n", "text/markdown", "not_html: image"),
    ],
)
def test_what_is_no_plain_text_by_type_or_by_bytes_is_none(content, mime, failure):
    (row,) = extract(content, mime=[mime])
    assert (row["text"], row["failure"]) == (None, failure)


def test_which_types_are_plain_text_is_an_option():
    (row,) = extract(b"plain words", mime=["text/plain"], params={"text_types": ()})
    assert row["failure"] == "not_html: plain_text"
    (row,) = extract(b"plain <words>", mime=["text/x-rst"], params={"text_types": ("text/x-rst",)})
    assert row["text"] == "plain <words>"


def test_a_page_of_html_under_a_type_of_plain_text_is_html():
    (row,) = extract(PAGE.encode(), mime=["text/plain"])
    assert row["title"] == "Tea & bread"
