"""Small pages and the blocks of text that the tokenizer makes of them, checkable by eye."""

import numpy as np
import pytest

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base import tags as T
from corpusmill.operators.extract.html.base.workspace import MAX_DEPTH, allocate
from corpusmill.operators.extract.html.parse.tokenizer import tokenize

WS = allocate(1 << 16)
NAMES = {number: name for name, number in T.NUMBER.items()}


def read(html: str) -> list[tuple[str, str]]:
    """(tag of the element, text) of each block."""
    source = np.frombuffer(html.encode(), np.uint8)
    tokenize(source, len(source), WS)
    text = WS.text.tobytes()
    rows = WS.blocks[: WS.state[C.BLOCKS]].tolist()
    return [(NAMES[row[C.LEAF]], text[row[C.START] : row[C.END]].decode()) for row in rows]


def texts(html: str) -> list[str]:
    return [text for _, text in read(html)]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("<p>a<p>b", ["a", "b"]),
        ("a<div>b</div>c", ["a", "b", "c"]),
        ("<p>a <b>b</b> <i>c</i>", ["a b c"]),
        ("<p>a<br>b<br><br>c", ["a\nb", "c"]),
        ("<p>a\n  b\t c ", ["a b c"]),
        ("<pre>a\n  b</pre>", ["a\n  b"]),
        ("<p>a&nbsp;&#160;b\u3000c", ["a b c"]),
        ("<p>co\u00adop&shy;er\u200bate", ["cooperate"]),
        ("<p>a<script>if (a < b) '</p>'</script>b<style>p{}</style>", ["ab"]),
        ("<svg><title>x</title>y</svg><p>a", ["a"]),
        ("<noscript><p>a</noscript>", ["a"]),
        ("<p>1 < 2 & 3 <4", ["1 < 2 & 3 <4"]),
        ("<p>a<!-- <p>b --><p>c<!-->d", ["a", "cd"]),
        ("<p a='<p>' b=\">\">c", ["c"]),
        ("<P>a</P><Script>b</SCRIPT>c", ["a", "c"]),
        ("a</bogus>b</ c>d", ["abd"]),
        ("<p>a</p", ["a"]),
        ("<title>never closed <p>a", ["a"]),
        ("", []),
        ("<", []),
        ("<p", []),
    ],
)
def test_text_of_blocks(html, blocks):
    assert texts(html) == blocks


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("&amp;&lt;&gt;&quot;", '&<>"'),
        ("&eacute;&Eacute;&euro;", "éÉ€"),
        ("&copy 2024 &notit; &nosuch;", "© 2024 ¬it; &nosuch;"),
        ("&#8211;&#x2013;&#X2013", "–––"),
        ("&#150;&#x80;", "–€"),
        ("&#0;&#xD800;&#x110000;&#99999999999;", "\ufffd\ufffd\ufffd\ufffd99;"),
        ("&#;&#x;&;", "&#;&#x;&;"),
        ("&CounterClockwiseContourIntegral;", "∳"),
        ("&nGt;", "&nGt;"),
    ],
)
def test_references(written, read_as):
    assert texts(f"<p>{written}") == [read_as]


def test_items_rows_and_definitions_close_themselves():
    assert read("<ul><li>a<li>b<ul><li>c</ul><li>d</ul>") == [("li", "a"), ("li", "b"), ("li", "c"), ("li", "d")]
    assert read("<table><tr><td>a<td>b<tr><th>c</table>") == [("td", "a"), ("td", "b"), ("th", "c")]
    assert read("<dl><dt>a<dd>b<dt>c</dl>") == [("dt", "a"), ("dd", "b"), ("dt", "c")]


def test_a_table_shuts_off_end_tags_from_outside():
    assert read("<div><table><tr><td>a</div>b</table>c</div>d") == [
        ("td", "a"),
        ("td", "b"),
        ("div", "c"),
        ("html", "d"),
    ]


def test_an_end_tag_without_partner_changes_nothing():
    assert texts("<p>a</span></div>b") == ["ab"]


def test_links_are_counted_and_their_text_is_noted():
    read("<p>ab <a href=x>cd</a> ef<p><a>gh</a>")
    assert WS.blocks[:2, C.LINK_BYTES].tolist() == [3, 2]  # the space before a link belongs to it
    assert WS.state[C.LINK_SPANS] == 2


def test_a_link_that_holds_blocks_goes_on_in_them():
    read("<a href=x><h3>ab</h3><p>cd</p></a><p>ef")
    assert WS.blocks[:3, C.LINK_BYTES].tolist() == [2, 2, 0]


def test_nesting_beyond_the_bound_is_cut_and_flagged():
    read("<div>" * (MAX_DEPTH - 1) + "a")
    assert WS.state[C.CUT] == 0
    assert texts("<div>" * 2 * MAX_DEPTH + "a") == ["a"]
    assert WS.state[C.CUT] == 1
