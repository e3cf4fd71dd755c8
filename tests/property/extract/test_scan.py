"""Bytes found many at a time are those found one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.extract.html.base.scan import WIDTH, after_ascii, find_byte

haystacks = st.lists(st.sampled_from([b"a" * 63, b"b", b"<", b"\x80", b"ab" * 40]), max_size=8).map(b"".join)


@given(haystacks, st.integers(0, 200), st.integers(0, 400))
def test_finds_the_first(data, start, end):
    end = min(end, len(data))
    at = data.find(b"<", start, end)
    array = np.frombuffer(data, np.uint8)
    assert find_byte(array, start, end, ord("<")) == (at if at >= 0 else max(start, end))


@given(haystacks, st.integers(0, 200))
def test_what_is_passed_over_is_ascii_and_little_remains(data, start):
    start = min(start, len(data))
    at = after_ascii(np.frombuffer(data, np.uint8), start, len(data))
    assert start <= at <= len(data)
    assert data[start:at].isascii()
    assert len(data) - at < int(WIDTH) or not data[at : at + int(WIDTH)].isascii()
