"""UTF-16 is found by the kernel exactly where the plain rule finds it."""

import codecs

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from corpusmill.operators.extract.html.decode.utf16 import BIG, LITTLE, narrowed, utf16_order
from corpusmill.operators.text.charset import utf16_without_mark

ORDERS = {None: 0, "utf-16-le": LITTLE, "utf-16-be": BIG}
text = st.lists(st.sampled_from(["<", "p", "!", "?", " ", "\n", "日", "\u3c00", "\x00", "1", "é"]), max_size=6).map(
    "".join
)
marked = st.sampled_from(["utf-16-le", "utf-16-be", "utf-8"])


def order_of(page: bytes) -> int:
    return int(utf16_order(np.frombuffer(page + b"\0", np.uint8), 0, len(page)))


@given(text=text, codec=marked, cut=st.integers(0, 3))
def test_without_a_mark(text, codec, cut):
    page = text.encode(codec)[: 99 - cut]
    page = page[: max(len(page) - cut, 0)]
    assert order_of(page) == ORDERS[utf16_without_mark(page)]


def test_by_its_mark():
    assert (order_of(codecs.BOM_UTF16_LE), order_of(codecs.BOM_UTF16_BE), order_of(b"\xff")) == (LITTLE, BIG, 0)


@given(text=text, codec=st.sampled_from(["utf-16-le", "utf-16-be"]), mark=st.booleans())
def test_narrowed(text, codec, mark):
    page = ("\ufeff" * mark + text).encode(codec)
    assume(page)
    data = np.frombuffer(b"x" + page, np.uint8)
    found = narrowed(data, 1, len(data), ORDERS[codec])
    assert found.tobytes() == bytes(min(ord(c), 128) for c in text)
