"""Readings above words stand in brackets behind them, whether a page has the brackets or leaves them to browsers."""

import pytest

from tests.unit.extract.blocks import texts


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ruby>漢字<rt>かんじ</rt></ruby>を書く", "漢字(かんじ)を書く"),
        ("<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>を書く", "漢字(かんじ)を書く"),
        ("<ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>", "漢字（かんじ）"),
        ("<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>", "漢(かん)字(じ)"),
        ("<ruby>漢<rt>かん<rt>han</ruby> b", "漢(かん)(han) b"),
        ("<ruby><rb>台</rb><rt>ㄊㄞˊ</rt></ruby>", "台(ㄊㄞˊ)"),
        ("<ruby>漢<rt></rt></ruby>字", "漢字"),
        ("a <rt>b", "a(b"),
        ("<rt>a</rt>", "a"),
    ],
)
def test_readings(html, text):
    assert texts("<p>" + html) == [text]


def test_a_reading_that_is_never_closed_ends_with_its_block():
    assert texts("<p><ruby>漢<rt>かん<p>b</ruby>c") == ["漢(かん", "bc"]
