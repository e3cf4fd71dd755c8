"""What URLs and page bytes tell."""

import pyarrow as pa
import pytest

from corpusmill.errors import InvalidHostTable
from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Resource, Signal
from corpusmill.operators.signals.blocklist import Blocklist
from corpusmill.operators.signals.domain import Domain
from corpusmill.operators.signals.licence import Licence, said
from corpusmill.operators.signals.url import Url


def columns_of(op: Signal, **columns) -> dict[str, list]:
    op = load.equip(op, load.shipped) if any(r.content is None for r in load.resources(op).values()) else op
    assert isinstance(op, Signal)
    return op(Batch(pa.table(columns))).table.drop_columns(list(columns)).to_pydict()


def test_host_and_registered_domain():
    urls = pa.array(["https://News.BBC.co.uk:443/a", "http://alice.github.io", "ftp://u:p@Ünï.example.org", "no", None])
    assert columns_of(Url(), url=urls) == {
        "url_host": ["news.bbc.co.uk", "alice.github.io", "ünï.example.org", None, None],
        "url_domain": ["bbc.co.uk", "alice.github.io", "example.org", None, None],
    }


def test_domain_by_the_nearest_host_of_a_table():
    table = Resource("table", content=b"# notes\nexample.org\tnews\nlaw.example.org\tlaw\n")
    urls = pa.array(["https://a.law.example.org/", "https://example.org", "https://notexample.org/", None])
    assert columns_of(Domain(table=table), url=urls) == {"domain": ["law", "news", None, None]}
    assert columns_of(Domain(table=table, column="topic", otherwise="web"), url=urls) == {
        "topic": ["law", "news", "web", "web"]
    }


def test_a_table_without_tabs_is_refused_by_line():
    with pytest.raises(InvalidHostTable, match=r"line 2 .* 'example.org law'; expected host<TAB>domain"):
        columns_of(Domain(table=Resource("t", content=b"a.b\tc\nexample.org law")), url=pa.array(["http://a"]))


def test_blocked_domains_and_words_in_urls():
    urls = pa.array(["http://x.casino.example/POKER-bet", "https://ok.org/essex/sext", "https://ok.org/free_xxx", None])
    assert columns_of(Blocklist(), url=urls) == {
        "blocked_domain": ["casino.example", None, None, None],
        "url_hard_words": [0, 0, 1, 0],
        "url_soft_words": [3, 0, 0, 0],
    }


CC = b"//creativecommons.org/licenses"


@pytest.mark.parametrize(
    ("page", "licence", "declared"),
    [
        (b'<a rel=license href="%s/by/3.0/us/">' % CC, "cc-by-3.0", True),
        (b'<link href="http://CreativeCommons.org/publicdomain/zero/1.0/" rel="license">', "cc0-1.0", True),
        (b'<p><a href="https:%s/by-nc-sa/4.0/deed.de">' % CC, "cc-by-nc-sa-4.0", False),
        (b'<a href="%s/by/4.0"><a href="%s/by-sa/4.0">' % (CC, CC), None, False),
        (b'<a href="%s/by/4.0"><a rel="license" href="%s/by-sa/4.0">' % (CC, CC), "cc-by-sa-4.0", True),
        (b'<a href="%s/bogus/4.0/">' % CC, None, False),
        (b"creativecommons.org/licenses/by/4.0 in plain words", None, False),
        (b"", None, False),
    ],
    ids=range(8),
)
def test_licences(page, licence, declared):
    assert (said(page).licence, said(page).declared) == (licence, declared)


def test_wishes_of_robots_and_ai_tags():
    pages = [
        b'<META NAME="ROBOTS" CONTENT="NOAI, NOIMAGEAI">',
        b'<meta content="noindex,follow" name="robots">',
        b'<meta name="tdm-reservation" content="1">',
        b'<meta name="description" content="noindex and noai are words">\xff\xfe',
        None,
    ]
    found = columns_of(Licence(), content=pa.array(pages, pa.large_binary()))
    assert found["noai"] == [True, False, True, False, False]
    assert found["noindex"] == [False, True, False, False, False]
