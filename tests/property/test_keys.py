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
        "a=1&b",
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
    plain = [canonical_url(u) if u is not None else "" for u in urls]
    assert keys.to_pylist() == [digest_plain(u.encode()) if u else None for u in plain]


def test_digest_is_the_published_one():
    # MurmurHash3_x64_128, seed 0: lanes cbd8a7b341bd9b02 and 5b1e906a48ae1d19 for "hello"
    lanes = bytes.fromhex("cbd8a7b341bd9b02")[::-1] + bytes.fromhex("5b1e906a48ae1d19")[::-1]
    assert text_keys(pa.array(["hello"])).to_pylist() == [lanes]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.org", "https://A.org:443/#x", True),
        ("http://a.org/b", "http://a.org/b/", False),
        ("http://a.org/?a=1&b=2", "http://a.org/?b=2&a=1", False),
        ("http://www.a.org/", "http://a.org/", False),
        ("http://u:p@a.org/", "http://a.org", True),
        ("http://a.org/Path", "http://a.org/path", False),
        ("ftp://a.org/", "http://a.org/", False),
        ("http://a.org:8080/", "http://a.org/", False),
    ],
)
def test_same_address(one, other, same):
    keys = url_keys(pa.array([one, other])).to_pylist()
    assert (keys[0] == keys[1]) is same
