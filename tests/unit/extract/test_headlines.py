"""Headlines of other pages after an article are left out where the page says that it is an article."""

import pytest

from tests.unit.extract.test_main_text import extract

HEADLINES = [
    "Council approves new harbour bridge",
    "Fire in old mill leaves no one hurt",
    "School holidays to start a week later",
    "Bakers strike enters third day",
    "Rail line to the coast reopens",
    "Mayor says budget is balanced",
    "Storm expected over the weekend",
    "Library extends its opening hours",
    "Football club signs young keeper",
    "Museum shows letters of fishermen",
    "New bus stops for the north side",
    "Police look for stolen tractor",
    "Market moves to the station square",
    "Hospital opens second ward",
    "Farmers fear late frost",
]
NEWS = (
    "<p>The town council has decided to close the swimming hall for repairs until the autumn of next year. The roof had"
    " been leaking since the winter, and engineers found that two of the beams were rotten. Swimmers can use another"
    " hall, in the neighbouring town, to which a bus will run twice a day.</p>"
)
LISTS = {
    "items": '<li><a href="/n">{}</a> <span class="date">{} May 2024</span></li>',
    "teasers": '<div class="teaser"><a href="/n"><h3>{}</h3></a><time>{}.05.2024</time></div>',
    "paragraphs": '<p><a href="/n">{}</a></p><p>{} May 2024</p>',
}
LD = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'


def headlines(kind: str) -> str:
    return "".join(LISTS[kind].format(headline, n + 1) for n, headline in enumerate(HEADLINES))


def kept(html: str) -> int:
    (row,) = extract(f"<html><head><title>Swimming hall closes</title></head><body>{html}</body></html>".encode())
    assert "engineers found" in row["text"]
    return sum(headline in row["text"] for headline in HEADLINES)


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    "page",
    [
        "<article><h1>Swimming hall closes</h1>{news}</article><h2>Elsewhere</h2><div>{list}</div>",
        "<div><h1>Swimming hall closes</h1>{news}<h2>Latest news</h2><div>{list}</div></div>",
        "<div><h1>Swimming hall closes</h1>{news}<h3>Weitere Meldungen</h3><div>{list}</div></div>",
        LD + "<div><h1>Swimming hall closes</h1>{news}</div><div>{list}</div>",
    ],
)
def test_headlines_after_an_article_go(page, kind):
    assert kept(page.replace("{news}", NEWS).replace("{list}", headlines(kind))) == 0


def test_a_list_of_links_that_is_the_page_stays():
    assert kept(f"<div><h1>All the news</h1>{NEWS}<ul>{headlines('items')}</ul></div>") == 15


def test_links_between_paragraphs_stay():
    page = f"<article><h1>Swimming hall closes</h1>{NEWS}<ul>{headlines('items')}</ul>{NEWS.replace('The', 'That')}"
    assert kept(page) == 15
