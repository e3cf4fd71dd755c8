"""Bytes found many at a time are those found one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpusmill.operators.extract.html.base.scan import find_byte, find_two
from corpusmill.operators.extract.html.base.short_names import key_of_name, name_key
from corpusmill.operators.extract.html.base.vectors import LANES, bytes_of
from corpusmill.operators.text.kernel import njit

haystacks = st.lists(st.sampled_from([b"a" * 63, b"b", b"<", b"\x80", b"ab" * 40]), max_size=8).map(b"".join)


@given(haystacks, st.integers(0, 200), st.integers(0, 400))
def test_finds_the_first(data, start, end):
    end = min(end, len(data))
    at = data.find(b"<", start, end)
    array = np.frombuffer(data, np.uint8)
    assert find_byte(array, start, end, ord("<")) == (at if at >= 0 else max(start, end))


RANGES = (0, 32), (61, 62), (127, 127), (0xE2, 0xEF), (255, 255)
in_ranges = bytes_of(*RANGES)


@njit(cache=False, nogil=True)
def mask(array: np.ndarray, at: int) -> int:
    return in_ranges(array, at)


@given(st.binary(min_size=LANES, max_size=LANES + 4))
def test_bytes_in_any_of_several_ranges(data):
    at = len(data) - LANES
    bits = int(mask(np.frombuffer(data, np.uint8), at))
    found = [bool(bits >> k & 1) for k in range(LANES)]
    assert found == [any(low <= byte <= high for low, high in RANGES) for byte in data[at:]]


@given(haystacks, st.integers(0, 200), st.integers(0, 400), st.integers(1, 5))
def test_finds_two_bytes_so_far_apart(data, start, end, apart):
    end = min(end, len(data))
    places = (k for k in range(start, end - apart) if data[k] == ord("a") and data[k + apart] == ord("b"))
    found = find_two(np.frombuffer(data, np.uint8), start, end, ord("a"), apart, ord("b"))
    assert found == next(places, end)


@given(st.binary(max_size=9), st.text("abcXYZ-:19", min_size=1, max_size=18), st.binary(max_size=9))
def test_a_name_is_its_letters_in_either_case(before, name, after):
    data = before + name.encode() + after
    first, last = len(before), len(before) + len(name)
    key = name_key(np.frombuffer(data, np.uint8), first, last, len(data))
    assert key == (key_of_name(name.lower().encode()) if len(name) <= 16 else 1)
