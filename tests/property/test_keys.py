"""Exact keys: kernels against plain functions, published test vectors, and what counts as the same address."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.dedup.keys import canonical_url, text_keys, url_keys
from corpusmill.operators.text.digest import digest_plain
from tests.property.documents import TEXTS, sliced

URL_PIECES = st.sampled_from(
    [
        "http",
        "HTTPS",
        "ftp",
        ":",
        "//",
        "/",
        "?",
        "#",
        "@",
        ".",
        "www.",
        "Exa",
        "ple.org",
        ":80",
        ":443",
        " ",
        "\t",
        "é",
        "%7e",
        "%c3",
        "%2",
        "%",
        "a=1&b",
        "top",
        "ToP",
        ":~:text=",
        "!",
        "null",
        "n",
        "a b",
    ]
)
URLS = st.lists(st.one_of(st.none(), st.lists(URL_PIECES, max_size=9).map("".join)), min_size=1, max_size=5)


@given(texts=TEXTS)
def test_text_keys(texts):
    keys = text_keys(sliced(texts).column("text"))
    assert keys.to_pylist() == [None if t is None else digest_plain(t.encode()) for t in texts]


@given(size=st.integers(0, 70))
def test_text_keys_of_every_length(size):
    text = "".join(chr(32 + (i * 7) % 90) for i in range(size))
    assert text_keys(pa.array([text], pa.string())).to_pylist() == [digest_plain(text.encode())]


@given(urls=URLS)
def test_url_keys(urls):
    keys = url_keys(sliced(urls).column("text"))
    plain = [canonical_url(u) if u is not None else ("", "") for u in urls]
    assert keys.page.to_pylist() == [digest_plain(page.encode()) if page else None for page, _ in plain]
    assert [n.tobytes() for n in keys.fragment] == [digest_plain(part.encode())[:8] for _, part in plain]


def test_digest_is_the_published_one():
    # MurmurHash3_x64_128, seed 0: lanes cbd8a7b341bd9b02 and 5b1e906a48ae1d19 for "hello"
    lanes = bytes.fromhex("cbd8a7b341bd9b02")[::-1] + bytes.fromhex("5b1e906a48ae1d19")[::-1]
    assert text_keys(pa.array(["hello"])).to_pylist() == [lanes]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.org", "https://A.org:443/#", True),
        ("http://a.org/b#top", "http://a.org/b#Top", True),
        ("http://a.org/b#top", "http://a.org/b", True),
        ("http://a.org/b#:~:text=some%20words", "http://a.org/b", True),
        ("http://a.org/b#c:~:text=x", "http://a.org/b#c", True),
        ("http://a.org/b", "http://a.org/b/", False),
        ("http://a.org/?a=1&b=2", "http://a.org/?b=2&a=1", False),
        ("http://www.a.org/", "http://a.org/", False),
        ("http://u:p@a.org/", "http://a.org", True),
        ("http://a.org/Path", "http://a.org/path", False),
        ("ftp://a.org/", "http://a.org/", False),
        ("http://a.org:8080/", "http://a.org/", False),
        ("//a.org/x", "http://A.org/x", True),
        ("http://a.org/how#7701", "http://a.org/how#7702", False),
        ("http://a.org/how#7701", "http://a.org/how", False),
        ("http://a.org/how#7701", "https://A.org/how#7701", True),
        ("http://a.org/#/details/1", "http://a.org/#/details/2", False),
        ("http://a.org/#!/a", "http://a.org/#!/b", False),
        ("http://a.org:8:/b", "http://a.org/b", False),
        ("http://a.org/a%2Fb", "http://a.org/a/b", False),
        ("http://a.org/a%20b", "http://a.org/a+b", False),
        ("http://a.org/100%", "http://a.org/100%25", False),
        ("http://a.org/%zz", "http://a.org/%ZZ", False),
        ("http://a.org/x?utm_source=a", "http://a.org/x", False),
        ("http://a.org/index.html", "http://a.org/", False),
        ("http://a.org/x#%41", "http://a.org/x#A", False),
        ("http://a.org/x#msg-1?page=2", "http://a.org/x#msg-1?page=3", False),
    ],
)
def test_same_address(one, other, same):
    keys = url_keys(pa.array([one, other]))
    pages = keys.page.to_pylist()
    assert None not in pages
    assert ((pages[0], keys.fragment[0]) == (pages[1], keys.fragment[1])) is same


@pytest.mark.parametrize(
    "value",
    ["", " ", "N/A", "n/a", "-", "none", "null", "unknown", "anna", "@anna", "user:42", "anna@example.org", "#12",
     "/how", "www.a.org/x", "mailto:a@b.c", "doi:10.1000/182", "urn:isbn:1", "about:blank", "http:", "http://", "https:///",
     "http:///x", "http://N/A", "http://n/a", "https://null", "http://undefined/", "http://not given/", "see http://a.b",
     "http://user@", "file://", "s3:///", "://a.b", "// a comment", "http://none:80/x"],
)  # fmt: skip
def test_what_is_no_address_is_no_identity(value):
    assert url_keys(pa.array([value])).page.to_pylist() == [None]


@pytest.mark.parametrize("value", ["http://a/x", "http://localhost/x", "file:///x", "s3://bucket/key", "http://[::1]/"])
def test_what_looks_odd_and_is_an_address(value):
    assert url_keys(pa.array([value])).page.null_count == 0
