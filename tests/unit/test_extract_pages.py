"""Pages to text: what is taken, what is refused, and that no page can hold up the rest."""

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch
from corpusmill.operators.extract.limited.pool import Child, Settings
from corpusmill.operators.extract.pages.route import route

COLUMNS = {"content": pa.large_binary(), "mime": pa.string(), "http_charset": pa.string()}
EXTRACTORS = ("extract.resiliparse", "extract.trafilatura")
ARTICLE = (
    "<html lang='de-AT'><head><meta charset=utf-8><title> Über\n uns </title></head>"
    "<body><nav><a href=/>Start</a></nav><article>"
    "<h1>Über uns</h1>"
    + "<p>Wir sind ein kleiner Betrieb in den Bergen und machen Käse aus Heumilch.</p>" * 8
    + "</article></body></html>"
)


def pages(*rows: tuple[bytes | None, str | None, str | None]) -> Batch:
    columns = zip(*rows, strict=True)
    return Batch(pa.table({n: pa.array(c, t) for (n, t), c in zip(COLUMNS.items(), columns, strict=True)}))


def extracted(name, *rows, **params):
    return load.build(name, params)(pages(*rows)).table.to_pylist()


@pytest.mark.parametrize("name", EXTRACTORS)
def test_an_article_gives_text_title_language_and_charset(name):
    [row] = extracted(name, (ARTICLE.encode(), "text/html", None))
    assert "Käse aus Heumilch" in row["text"]
    assert (row["title"], row["html_lang"], row["charset_source"]) == ("Über uns", "de-AT", "utf8")
    assert row["failure"] is None


@pytest.mark.parametrize("name", EXTRACTORS)
def test_a_page_in_a_legacy_encoding_is_read_by_what_it_declares(name):
    page = ARTICLE.replace("utf-8", "koi8-r").replace("Käse", "сыр").replace("Ü", "U").encode("koi8-r", "replace")
    [row] = extracted(name, (page, "text/html", "utf-8"))
    assert "сыр" in row["text"]
    assert (row["charset"], row["charset_source"]) == ("koi8-r", "document")


@pytest.mark.parametrize("name", EXTRACTORS)
@pytest.mark.parametrize("mime", ["text/plain", "text/markdown", "Text/Plain; charset=x"])
def test_plain_text_is_taken_as_it_stands(name, mime):
    [row] = extracted(name, ("a <b> & c\r\n  Größe\n".encode("cp1252"), mime, "windows-1252"))
    assert row["text"] == "a <b> & c\r\n  Größe\n"


@pytest.mark.parametrize("name", EXTRACTORS)
def test_which_types_are_plain_text_is_an_option(name):
    [row] = extracted(name, (b"a", "text/plain", None), text_types=())
    assert row["failure"] == "not_html: text/plain"
    [row] = extracted(name, (b"a <b>", "text/x-rst", None), text_types=("text/x-rst",))
    assert row["text"] == "a <b>"


@pytest.mark.parametrize("name", EXTRACTORS)
def test_what_is_no_page_is_a_failure_that_says_what_it_is(name):
    rows = extracted(
        name,
        (b"%PDF-1.7 ...", "text/html", None),
        (b"\x89PNG\r\n\x1a\n", "image/png", None),
        (b"{}", "application/json", None),
        (b"<?xml version='1.0'?><rss version='2'>", "text/html", None),
        (bytes(100), "text/html", None),
        (None, None, None),
        (b"x" * 1001, "text/html", None),
        max_page_bytes=1000,
    )
    assert [row["failure"] for row in rows] == [
        "not_html: application/pdf",
        "not_html: image/png",
        "not_html: application/json",
        "not_html: xml rss",
        "not_html: binary",
        "no_content",
        "page_too_large: 1001",
    ]


@pytest.mark.parametrize("name", EXTRACTORS)
def test_odd_pages_neither_crash_nor_fail_the_batch(name):
    odd = [
        b"",
        b" \n",
        b"<",
        b"</p></p>",
        b"a\x00b",
        b"<p>\xed\xa0\x80 lone surrogate",
        b"<p>&#xD800;&#0;&#x110000;",
        b"<div>" * 3000 + b"deep",
        b"<!--" + b"x" * 9999,
        "<p>😀</p>".encode("utf-16"),
        b"<?xml version='1.0' encoding='koi8-r'?><html><p>x</html>",
    ]
    rows = extracted(name, *((page, "text/html", None) for page in odd), (ARTICLE.encode(), None, None))
    assert "Heumilch" in rows[-1]["text"]
    assert all(row["text"] is not None or row["failure"] for row in rows)


def test_routing_by_declared_type():
    assert route(b"x", None) == route(b"x", "") == route(b"x", "application/octet-stream") == "html"
    assert route(b"x", "Text/Plain") == "text"
    assert route(b"x", "text/css") == "not_html: text/css"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_pages_in_utf16_are_distinguished_too(codec):
    assert route("<p>日本".encode(codec), "text/html") == "html"
    assert route("<?xml version='1.0'?><rss>".encode(codec), "text/html") == "not_html: xml rss"


def child(**changed) -> Child:
    options = (("fast", True), ("output_format", "txt"))
    return Child(
        Settings(
            **{"time_limit_s": 5.0, "memory_limit_bytes": 4 << 30, "pages_per_process": 9} | changed, options=options
        )
    )


@pytest.mark.thorough
def test_a_page_that_takes_too_long_is_ended_and_the_next_is_served():
    """The limit is below what any page needs: the kernel ends the child at its first tick."""
    stuck = child(time_limit_s=0.001)
    slow = "<html><body>" + "<div><p>Ein Satz, der lang genug ist, um gezählt zu werden.</p></div>" * 20_000
    assert stuck.ask(slow) == {"failure": "time_limit: above 0.001 s"}
    assert stuck.ask(slow) == {"failure": "time_limit: above 0.001 s"}
    stuck.close()


@pytest.mark.thorough
def test_a_child_that_died_is_replaced():
    server = child()
    assert "Heumilch" in server.ask(ARTICLE)["text"]
    server._process.kill()
    assert server.ask(ARTICLE) == {"failure": "extractor_died: exit -9"}
    assert "Heumilch" in server.ask(ARTICLE)["text"]
    server.close()


@pytest.mark.thorough
def test_a_child_is_replaced_after_its_number_of_pages():
    server = child(pages_per_process=2)
    ids = []
    for _ in range(4):
        server.ask("<p>x")
        ids.append(server._process.pid)
    server.close()
    assert ids[0] == ids[1] != ids[2] == ids[3]


@pytest.mark.thorough
def test_a_page_that_needs_too_much_memory_fails_alone():
    server = child(memory_limit_bytes=400 << 20)
    page = "<html><body>" + "<p>" + "x" * (60 << 20)
    assert server.ask(page)["failure"].partition(":")[0] in ("out_of_memory", "extractor_died", "extractor_error")
    assert "Heumilch" in server.ask(ARTICLE)["text"]
    server.close()


@pytest.mark.parametrize(
    ("params", "message"),
    [({"favor": "speed"}, "favor must be"), ({"time_limit_s": 0}, "time_limit_s must be above 0")],
)
def test_impossible_settings_are_refused(params, message):
    with pytest.raises(ValueError, match=message):
        load.build("extract.trafilatura", params)
