"""Pages in other charsets stand in a buffer of their own: each row of a batch has its own text, in any order."""

import json

import pyarrow as pa
import pytest

from corpusmill.operators import load
from corpusmill.operators.batch import Batch

WORDS = "Это страница о погоде в горах, и на ней есть несколько предложений. Вчера шёл дождь, а сегодня светит солнце."
LATIN = "This page is about the weather in the mountains. It rained yesterday, and today the sun is shining again."
BODY = json.dumps({"@type": "Article", "articleBody": f"{WORDS} {WORDS}"}, ensure_ascii=False)


def page(text: str, charset: str) -> bytes:
    html = f"<html><head><meta charset={charset}></head><body><article><p>{text}</p></article></body></html>"
    return html.encode(charset)


DRAWN = f'<html><head><meta charset=windows-1251><script type="application/ld+json">{BODY}</script></head>'
PAGES = [
    page(LATIN, "utf-8"),
    page(WORDS, "windows-1251"),
    f"{DRAWN}<body><p>Страница</p></body></html>".encode("windows-1251"),
    page(WORDS, "utf-8"),
    b"",
]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 4], [2, 0, 4], [3, 4]])
def test_each_row_has_its_own_text(order):
    expected = [LATIN, WORDS, f"{WORDS} {WORDS}", WORDS, None]
    op = load.equip(load.build("extract.main_text", {}), load.shipped)
    out = op(Batch(pa.table({"content": pa.array([PAGES[n] for n in order], pa.large_binary())})))  # pyright: ignore
    assert isinstance(out, Batch)
    assert out.column("text").to_pylist() == [expected[n] for n in order]
    assert out.column("from_structured_data").to_pylist() == [None if n == 4 else n == 2 for n in order]
