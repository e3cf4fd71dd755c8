"""Characters that show nothing stay in extracted text where they spell, written as such or as references."""

import pytest

from tests.unit.extract.blocks import texts


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("می&zwnj;خواهم و می&#8204;روم", "می\u200cخواهم و می\u200cروم"),
        ("क्\u200dष ශ්\u200dරී", "क्\u200dष ශ්\u200dරී"),
        ("👨\u200d👩&zwj;👧 ❤\ufe0f&#x200d;🔥", "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥"),
        ("ភាសា\u200bខ្មែរ ภาษา&ZeroWidthSpace;ไทย", "ភាសា\u200bខ្មែរ ภาษา\u200bไทย"),
        ("iPhone\u200b15\u200bថ្មី", "iPhone\u200b15\u200bថ្មី"),
        ("ភាសា\u200b<b>ខ្មែរ</b>", "ភាសា\u200bខ្មែរ"),
        ("example\u200b.org zero&#8203;width", "example.org zerowidth"),
        ("日本\u200b語", "日本語"),
        ("Auf&zwnj;lage &zwnj; &zwnj;x Größe\u200cn", "Auflage x Größen"),
        ("1914\xad1918, COVID&shy;19, 65\xadjährig", "1914-1918, COVID-19, 65-jährig"),
        ("Donau\xaddampf&shy;schiff", "Donaudampfschiff"),
        ("\u200fשלום\u200e\u2060 a\ufeffb", "שלום ab"),
    ],
)
def test_what_spells_stays(html, text):
    assert texts("<p>" + html) == [text]


def test_a_paragraph_of_them_alone_is_no_text():
    assert texts("<p>&zwnj;&nbsp;&#8203;\u200d</p><pre>\u200b\u200c</pre><p>a") == ["a"]
