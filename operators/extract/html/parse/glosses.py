"""Sets the reading of a word, which a browser shows above it, in brackets behind the word.

Source:   HTML Living Standard, sections 4.5.10 to 4.5.12 (ruby, rt, rp).
Deviates: the brackets stand, too, where a page has none in <rp>: without them the reading would be part of the word.
"""

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.text.kernel import njit

OPEN, CLOSE = 40, 41
WIDE_OPEN = (0xEF, 0xBC, 0x88)  # U+FF08


@njit(cache=True, nogil=True)
def begin_or_end_gloss(ws: Workspace, begins: bool) -> None:
    """Writes the bracket of a reading that begins, or what ends the one before: `</rt>`, another `<rt>`, `</ruby>`."""
    st, out = ws.state, ws.text
    if st[C.GLOSS]:
        st[C.GLOSS] = 0
        if st[C.OUT] > st[C.BLOCK_START]:
            if out[st[C.OUT] - 1] == OPEN:
                st[C.OUT] -= 1  # nothing stood in it
            else:
                out[st[C.OUT]] = CLOSE
                st[C.OUT] += 1
    o = st[C.OUT]
    if not begins or o == st[C.BLOCK_START] or out[o - 1] == OPEN:
        return
    if o - 3 >= st[C.BLOCK_START] and (out[o - 3], out[o - 2], out[o - 1]) == WIDE_OPEN:
        return
    out[o] = OPEN
    st[C.OUT] = o + 1
    st[C.PENDING], st[C.GLOSS] = 0, 1
