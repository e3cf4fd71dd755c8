"""The kernel puts blocks together as plain Python does, and never writes more than the page has bytes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import allocate
from corpusmill.operators.extract.html.model.model import blank
from corpusmill.operators.extract.html.page import read_blocks as in_one_kernel
from corpusmill.operators.extract.html.plain.assembly import assembled
from corpusmill.operators.extract.html.plain.page import page_of
from corpusmill.operators.extract.html.result.assembly import assemble
from tests.property.extract.pages import pages

WS = allocate(1 << 16)
read_blocks = in_one_kernel.py_func  # its kernels one by one, which extraction has compiled already
TAGS = [
    *("<ul>", "<li>", "<li><p>", "</ul>", "<table>", "<tr>", "<td>", "<td>", "<th>", "</table>", "<pre>", "</pre>"),
    *("<a href=x>", "</a>", "<br>", "<br><br>", "<div>", "</div>"),
]
lists_and_tables = st.lists(
    st.sampled_from([*TAGS, "a", "b.", "|", "日", "\n  ", "<h3>c", "<p>d e"]),
    max_size=40,
).map("".join)


@pytest.mark.thorough
@given(html=st.one_of(lists_and_tables, lists_and_tables, pages), links=st.booleans(), dropped=st.integers(0, 1 << 40))
@settings(max_examples=600)
def test_kept_blocks_as_text(html, links, dropped):
    source = np.frombuffer(html.encode() or b" ", np.uint8)
    read_blocks(source, len(source), WS, blank())
    blocks = int(WS.state[C.BLOCKS])
    keep = [dropped >> k & 3 != 3 for k in range(blocks)]
    WS.keep[:blocks] = keep
    size = assemble(WS, links)
    assert WS.result[:size].tobytes() == assembled(page_of(WS, blank(), source.tobytes(), 0, 0), keep, links)
    assert size <= len(source)
