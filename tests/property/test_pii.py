"""Patterns run only where the scan points find what they find everywhere."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.rewrite.personal.batch import find_all
from corpusmill.operators.rewrite.personal.find import find
from corpusmill.operators.text.spans import spans_of

PIECES = (
    "jo@mail.de", ".a@b.co", "a@b.com@c.com", "x@y", "@", "4111 1111 1111 1111", "4111111111111111",
    "5500-0055-5555-5559", "3782 822463 10005", "DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "DE88",
    "93.184.216.34", "1.2.3.4", "10.0.0.1", "2a00:1450:4001:81b::200e", "2001:db8::1", "3000:::", "+49 30 1234567",
    "+1 (415) 555-2671", "415-555-2671", "01 23 45 67 89", "0171-1234567", "0030 210 1234567", "Tel. ",
    "Tel. 555 123 x", "555 1234",
    "call me at ", "2024-05-12", "v", "version ", "AKIAQ3EGRIJ5CGZ7QW2P", "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "sk-", "eyJhbGciOiJI.eyJzdWIiOiIxMj.SflKxwRJSMeKKF2QT4fw",
    "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "-----BEGIN ", " ", "", "(", ")", "/", "-", ".",
    ",", "é", "+", "7", "0", "12", "345", "x", "A", "_", "\n", ":", "東",
)  # fmt: skip
PERSONAL = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
TEXTS = st.lists(st.one_of(st.none(), st.text(), PERSONAL), max_size=5)


@pytest.mark.thorough
@given(texts=TEXTS)
@settings(max_examples=600)
def test_scan_and_patterns_equal_patterns_alone(texts):
    column = pa.array(["4111 ", *texts, "@b.com"], pa.large_string()).slice(1, len(texts))
    expected = {i: findings for i, text in enumerate(texts) if (findings := find((text or "").encode()))}
    assert find_all(spans_of(column)) == expected
