"""Text between tags: references decoded, white space collapsed, invisible characters dropped."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.characters import AMPERSAND, EXOTIC, PLAIN, SPACE, TAG_OPEN, TEXT_CLASS
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.entities import decode_reference
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True)
def exotic(src: np.ndarray, i: Int, n: Int) -> Int:
    """Bytes of the exotic space at `i`; negative for an invisible character; 0 for neither."""
    c = src[i]
    if c == 0xC2:
        if i + 1 < n:
            if src[i + 1] == 0xA0:  # no-break space
                return 2
            if src[i + 1] == 0xAD:  # soft hyphen
                return -2
        return 0
    if i + 2 >= n:
        return 0
    d, e = src[i + 1], src[i + 2]
    if c == 0xE2 and d == 0x80:
        if 0x80 <= e <= 0x8A or e == 0xA8 or e == 0xA9 or e == 0xAF:
            return 3
        if 0x8B <= e <= 0x8F or 0xAA <= e <= 0xAE:
            return -3
    elif c == 0xE2 and d == 0x81:
        if e == 0x9F:
            return 3
        if e == 0xA0:
            return -3
    elif c == 0xE3 and d == 0x80 and e == 0x80:  # ideographic space
        return 3
    elif c == 0xEF and d == 0xBB and e == 0xBF:  # byte order mark
        return -3
    return 0


@njit(cache=True, nogil=True, forceinline=True)
def copy_text(src: np.ndarray, i: Int, n: Int, ws: Workspace) -> Int:
    """Copies text from `i` up to the next "<"; its position, or n."""
    st, out = ws.state, ws.text
    start = st[C.BLOCK_START]
    o = st[C.OUT]
    pending = st[C.PENDING] != 0
    in_pre = st[C.PRES] > 0
    while i < n:
        c = src[i]
        kind = TEXT_CLASS[c]
        if kind == TAG_OPEN:
            break
        if kind == PLAIN:
            if pending:
                if o > start and out[o - 1] != 10:
                    out[o] = 32
                    o += 1
                pending = False
            while i < n:
                c = src[i]
                if TEXT_CLASS[c] != PLAIN:
                    break
                out[o] = c
                o += 1
                i += 1
            continue
        if kind == SPACE:
            if in_pre:
                if (c == 10 or c == 9 or c == 32) and (o > start or c != 10):
                    out[o] = c
                    o += 1
            elif o > start:
                pending = True
            i += 1
            continue
        i, o, pending = _special(src, i, n, out, start, o, pending, in_pre)
    st[C.OUT] = o
    st[C.PENDING] = 1 if pending else 0
    return i


@njit(cache=True, nogil=True)
def _special(
    src: np.ndarray, i: Int, n: Int, out: np.ndarray, start: Int, o: Int, pending: bool, in_pre: bool
) -> tuple[Int, Int, bool]:
    """One reference, exotic space or other character that begins like one: (i, o, pending) after it."""
    at = o  # where the character goes, after the space owed
    if pending and o > start and out[o - 1] != 10:
        out[o] = 32
        at = o + 1
    width = 0
    if TEXT_CLASS[src[i]] == AMPERSAND:
        i, end = decode_reference(src, i, n, out, at)
        if end == at:
            out[at] = 38
            return i + 1, at + 1, False
        if end == at + 1 and out[at] <= 32:
            width = 1
        elif TEXT_CLASS[out[at]] == EXOTIC:
            width = exotic(out, at, end)
        if width == 0:
            return i, end, False
        if width == 1 and in_pre:
            out[o] = out[at]
            return i, o + 1, False
    else:
        width = exotic(src, i, n)
        if width == 0:
            out[at] = src[i]
            return i + 1, at + 1, False
        i += abs(width)
    if width < 0:
        return i, o, pending
    if in_pre:
        out[o] = 32
        return i, o + 1, False
    return i, o, pending or bool(o > start)
