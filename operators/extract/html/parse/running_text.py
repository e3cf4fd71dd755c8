"""Text between tags: references decoded, white space collapsed, invisible characters dropped but where they spell."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.characters import AMPERSAND, EXOTIC, PLAIN, SPACE, TAG_OPEN, TEXT_CLASS
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import ONE, WIDTH
from corpusmill.operators.extract.html.base.vectors import between, bytes_of, copy_lanes, equal, trailing_zeros
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.entities import decode_reference
from corpusmill.operators.extract.html.parse.invisible import what_stays
from corpusmill.operators.text.kernel import njit

LAST = np.uint64(1 << 63)
is_space = bytes_of((0, 32), (0x7F, 0x7F))  # the class SPACE
stops_copying = bytes_of((0, 32), (0x7F, 0x7F), (38, 38), (60, 60))  # white space & <
may_be_exotic = bytes_of((0xC2, 0xC2), (0xE2, 0xE3), (0xEF, 0xEF))


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
def _exotic_leads(src: np.ndarray, i: Int) -> Int:
    """Which of the 64 bytes from `i` on perhaps begin an exotic space. 65 are read."""
    at = i + 1
    found = equal(src, i, 0xC2) & (equal(src, at, 0xA0) | equal(src, at, 0xAD))
    found |= equal(src, i, 0xE2) & between(src, at, 0x80, 0x81)
    found |= equal(src, i, 0xE3) & equal(src, at, 0x80)
    return found | equal(src, i, 0xEF) & equal(src, at, 0xBB)


@njit(cache=True, nogil=True, forceinline=True)
def copy_text(src: np.ndarray, i: Int, n: Int, ws: Workspace) -> Int:
    """Copies text from `i` up to the next "<"; its position, or n."""
    st, out = ws.state, ws.text
    start = st[C.BLOCK_START]
    o = st[C.OUT]
    pending = st[C.PENDING] != 0
    in_pre = st[C.PRES] > 0
    room = out.shape[0] - WIDTH
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
            i, o = _copy_plain(src, i, n, out, o, room)
            continue
        if kind == SPACE:
            if in_pre:
                if (c == 10 or c == 9 or c == 32) and (o > start or c != 10):
                    out[o] = c
                    o += 1
                i += 1
            else:
                pending = pending or o > start
                i = _after_spaces(src, i + 1, n)
            continue
        i, o, pending = _special(src, i, n, out, start, o, pending, in_pre)
    st[C.OUT] = o
    st[C.PENDING] = 1 if pending else 0
    return i


@njit(cache=True, nogil=True, forceinline=True)
def _copy_plain(src: np.ndarray, i: Int, n: Int, out: np.ndarray, o: Int, room: Int) -> tuple[Int, Int]:
    """Copies what is text as it stands, single spaces inside it included: (i, o) after it. src[i] is PLAIN."""
    while i + WIDTH < n and o <= room:
        stops = stops_copying(src, i)
        if may_be_exotic(src, i):
            stops |= _exotic_leads(src, i)
        single = equal(src, i, 32) & ~(stops >> ONE | LAST)
        copy_lanes(src, i, out, o)
        run = trailing_zeros(stops & ~single)
        i += run
        o += run
        if run < WIDTH:
            return i, o
    while i < n:
        c = src[i]
        if TEXT_CLASS[c] != PLAIN:
            break
        out[o] = c
        o += 1
        i += 1
    return i, o


@njit(cache=True, nogil=True, forceinline=True)
def _after_spaces(src: np.ndarray, i: Int, n: Int) -> Int:
    """Position of the first byte from `i` on that is not of the class SPACE, or n."""
    while i + WIDTH <= n:
        found = ~is_space(src, i)
        if found:
            return i + trailing_zeros(found)
        i += WIDTH
    while i < n and TEXT_CLASS[src[i]] == SPACE:
        i += 1
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
        for k in range(-width):
            out[at + k] = src[i + k]
        i += abs(width)
    if width < 0:
        stays = what_stays(out, start, o, at, at - width, src, i, n)
        return (i, stays, False) if stays > at else (i, o, pending)
    if in_pre:
        out[o] = 32
        return i, o + 1, False
    return i, o, pending or bool(o > start)
