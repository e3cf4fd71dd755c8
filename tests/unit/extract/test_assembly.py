"""Lists, tables, code and links in the text, checkable by eye."""

import numpy as np
import pytest

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.extract.html.model.model import blank
from corpusmill.operators.extract.html.page import read_blocks as in_one_kernel
from corpusmill.operators.extract.html.result.assembly import assemble

WS = allocate(1 << 16)
read_blocks = in_one_kernel.py_func  # its kernels one by one, which extraction has compiled already


def text_of(html: str, *, links: bool = True, drop: str = "") -> str:
    """The text when every block is kept but those that hold `drop`."""
    source = np.frombuffer(html.encode(), np.uint8)
    read_blocks(source, len(source), WS, blank())
    text = WS.text.tobytes()
    for b in range(WS.state[C.BLOCKS]):
        block = text[WS.blocks[b, C.START] : WS.blocks[b, C.END]].decode()
        WS.keep[b] = not (drop and drop in block)
    return WS.result[: assemble(WS, links)].tobytes().decode()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<ul><li>b<li>c</ul><p>d", "a\n\n- b\n- c\n\nd"),
        ("<ul><li><p>a</p><li><p>b</p></ul>", "- a\n- b"),
        ("<ul><li><p>a</p><p>b</p><li>c</ul>", "- a\n\nb\n\n- c"),
        ("<ul><li>a<br><br>b<li>c</ul>", "- a\nb\n- c"),
        ("<ul><li>a<ul><li>b</ul>c<li>d</ul>", "- a\n- b\nc\n- d"),
        ("<ol><li><h3>a</h3>b</ol>", "- a\nb"),
        ("<ul><li><a>x</a></ul>", "- x"),
    ],
)
def test_an_item_has_one_bullet(html, text):
    assert text_of(html) == text


def test_a_bullet_stands_at_the_first_block_that_is_kept():
    assert text_of("<ul><li><h3>x</h3><p>a</p><li>b</ul>", drop="x") == "- a\n- b"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a\tb\nc\td"),
        ("<table><tr><td>a</td><td></td><td>c</td></table>", "a\t\tc"),
        ("<table><tr><td><td>a<td><td> <th>b<td></table>", "a\t\t\tb"),
        ("<table><tr><td><p>a</p><p>b</p><td>c</table>", "a\n\nb\tc"),
        ("<table><tr><td><ul><li>a<li>b</ul><td>c<tr><td>d</table>", "- a\n- b\tc\nd"),
        ("<table><tr><td>a<table><tr><td>b<td>c</table></table>", "a\nb\tc"),
    ],
)
def test_cells_are_a_tab_apart_and_rows_a_line(html, text):
    assert text_of(html) == text


def test_a_cell_that_is_dropped_keeps_its_tab():
    assert text_of("<table><tr><td>a<td>x<td>c</table>", drop="x") == "a\t\tc"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre><div>a</div><div>  b</div></pre>", "a\n  b"),
        ("<pre>a</pre><pre>b</pre>", "a\n\nb"),
        ("<p>a</p><pre>b\n\n  c</pre><p>d", "a\n\nb\n\n  c\n\nd"),
    ],
)
def test_lines_of_code_are_not_parted(html, text):
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a <a>b</a> c", "a c"),
        ("<div>a<a><h3>X</h3><p>Y</p></a><p>b", "a\n\nb"),
        ("<div>a<a>X<p>Y</a> b<p>c", "a\n\nb\n\nc"),
        ("<ul><li><a>X</a><li><a>Y</a> a<li><a>Z</a>, <a>W</a></ul>", "- a"),
        ("<p>a<p><a>X</a><p>b", "a\n\nb"),
        ("<p><a>X</a><br><a>Y</a><br>a<br><a>Z</a><br>b<p>c", "a\nb\n\nc"),
        ("<pre>a\n  <a>X</a>\n    b <a>Y</a></pre>", "a\n  \n    b"),
        ("<table><tr><td>a<td><a>X</a><td>b</table>", "a\t\tb"),
        ("<p>a</p><a>X never closed <p>Y", "a"),
        ("<p>...<p>a", "...\n\na"),
        ("<a>X", ""),
    ],
)
def test_link_text_leaves_no_trace(html, text):
    assert text_of(html, links=False) == text
