"""Bytes are UTF-8 for the kernel exactly when they are for Python and hold no escape of other encodings."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpusmill.operators.extract.html.decode.utf8 import is_utf8_throughout

pieces = st.one_of(
    st.binary(max_size=4),
    st.text(max_size=4).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.just(b"a" * 40),
    st.sampled_from([b"~", b"~{", b"{", b"\x1b"]),
)


def as_python(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\x1b" not in data and b"~{" not in data


@given(st.lists(pieces, max_size=8).map(b"".join), st.integers(0, 3))
@example(b"\xf4\x90\x80\x80", 0)
@example(b"\xed\xa0\x80", 0)
@example(b"\xe0\x80\x80", 1)
@example(b"\xc0\x80", 0)
@example(b"a" * 63 + b"~{", 0)
@example(b"a" * 64 + b"~~{", 2)
@example(b"a" * 70 + b"~", 0)
def test_agrees_with_python(data, skipped):
    array = np.frombuffer(b"\xff" * skipped + data, np.uint8)
    assert is_utf8_throughout(array, skipped, len(array)) == as_python(data)


@pytest.mark.parametrize("lead", range(0xC0, 0x100))
def test_every_lead_byte_with_every_second_byte(lead):
    for second in range(256):
        for rest in (b"", b"\x80", b"\x80\x80"):
            data = bytes([lead, second]) + rest
            assert is_utf8_throughout(np.frombuffer(data, np.uint8), 0, len(data)) == as_python(data)
