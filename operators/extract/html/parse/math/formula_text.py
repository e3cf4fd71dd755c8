r"""Writes one formula into the text, unless it is the one just written: TeX as `\(...\)`, MathML in linear form."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.entities import decode_reference
from corpusmill.operators.extract.html.parse.math.byte_strings import same_bytes
from corpusmill.operators.extract.html.parse.math.mathml import write_linear
from corpusmill.operators.extract.html.parse.math.tex import unwrapped
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True)
def put_tex(src: np.ndarray, start: Int, end: Int, ws: Workspace, references: bool, displayed: bool) -> None:
    r"""Writes src[start:end] as `\(...\)` or `\[...\]`, without wrappers; not if it is the formula just written."""
    st, out = ws.state, ws.text
    start, end, displayed = unwrapped(src, start, end, displayed)
    begin = st[C.OUT]
    if end <= start or begin + (end - start) + 8 > out.shape[0]:
        return
    repeated = st[C.MATH_OUT] == begin and begin > 0
    o = begin
    if st[C.PENDING] and o > st[C.BLOCK_START] and out[o - 1] != 10:
        out[o] = 32
        o += 1
    out[o] = 92
    out[o + 1] = 91 if displayed else 40
    o += 2
    inner = o
    i = start
    while i < end:
        c = src[i]
        if references and c == 38:
            after, to = decode_reference(src, i, end, out, o)
            if to > o:
                i, o = after, to
                continue
        if c > 32:
            out[o] = c
            o += 1
        elif out[o - 1] != 32:
            out[o] = 32
            o += 1
        i += 1
    if repeated and same_bytes(out, inner, o, st[C.MATH_FROM], st[C.MATH_TO]):
        return
    out[o] = 92
    out[o + 1] = 93 if displayed else 41
    _note(ws, inner, o, o + 2)


@njit(cache=True, nogil=True)
def put_linear(src: np.ndarray, start: Int, end: Int, ws: Workspace) -> None:
    """Writes the MathML src[start:end] in linear form; not if it is the formula just written."""
    st, out = ws.state, ws.text
    begin = st[C.OUT]
    if begin + (end - start) + 8 > out.shape[0]:
        return
    repeated = st[C.MATH_OUT] == begin and begin > 0
    inner = begin
    if st[C.PENDING] and inner > st[C.BLOCK_START] and out[inner - 1] != 10:
        out[inner] = 32
        inner += 1
    o = write_linear(src, start, end, out, inner)
    if o == inner or (repeated and same_bytes(out, inner, o, st[C.MATH_FROM], st[C.MATH_TO])):
        return
    _note(ws, inner, o, o)


@njit(cache=True, nogil=True)
def _note(ws: Workspace, inner: Int, inner_end: Int, o: Int) -> None:
    st = ws.state
    st[C.MATH_FROM], st[C.MATH_TO] = inner, inner_end
    st[C.OUT] = st[C.MATH_OUT] = o
    st[C.PENDING] = 0
