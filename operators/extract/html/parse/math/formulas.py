r"""Writes formulas into the text, each once: TeX as `\(...\)`, MathML without TeX in linear form.

Source:   MathJax 2 documentation (script type="math/tex"), MathML Core, HTML Living Standard (img alt).
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_byte
from corpusmill.operators.extract.html.base.short_names import key_of_name
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.parse.ahead import after_prefix, is_name
from corpusmill.operators.extract.html.parse.attributes import CLASS, OF_CLASS, end_of_tag, hash_words, next_attribute
from corpusmill.operators.extract.html.parse.class_roles import MATH, MWE, roles_of
from corpusmill.operators.extract.html.parse.head import TYPE
from corpusmill.operators.extract.html.parse.math.byte_strings import begins_with, find_bytes
from corpusmill.operators.extract.html.parse.math.formula_text import put_linear, put_tex
from corpusmill.operators.extract.html.parse.math.tex import is_tex, is_tex_or_short, is_wrapped_tex, style_bytes
from corpusmill.operators.text.kernel import njit

ALT, ALTTEXT, ENCODING, SRC, DISPLAY, DATA_FORMULA = map(
    key_of_name, (b"alt", b"alttext", b"encoding", b"src", b"display", b"data-formula")
)
ANNOTATION, MATH_NAME = (np.frombuffer(name, np.uint8).copy() for name in (b"annotation", b"math"))
_TEX = np.frombuffer(b"tex", np.uint8).copy()
_MATH_TEX, _MATH_ASCII, _MATH_ML, _MODE = (
    np.frombuffer(value, np.uint8).copy() for value in (b"math/tex", b"math/asciimath", b"math/mml", b"mode=display")
)
_SCRIPT, _MATH_TYPE = (np.frombuffer(part, np.uint8).copy() for part in (b"<script", b"math/"))
_LATEX, _RENDER = (np.frombuffer(part, np.uint8).copy() for part in (b"latex", b"/math/render"))
SOON = 64  # bytes


@njit(cache=True, nogil=True)
def put_script(src: np.ndarray, name_end: Int, start: Int, end: Int, n: Int, ws: Workspace) -> None:
    """Writes the formula of a `<script type="math/...">` whose content is src[start:end]; nothing of others."""
    at = name_end
    while True:
        h, a, b, at = next_attribute(src, at, n)
        if h == np.uint64(0):
            return
        if h == TYPE:
            break
    if begins_with(src, a, b, _MATH_TEX) or begins_with(src, a, b, _MATH_ASCII):
        put_tex(src, start, end, ws, False, bool(find_bytes(src, a, b, _MODE) >= 0))
    elif begins_with(src, a, b, _MATH_ML):
        put_linear(src, start, end, ws)


@njit(cache=True, nogil=True)
def script_follows(src: np.ndarray, i: Int, n: Int) -> bool:
    """Whether a `<script type="math/...">` begins within `SOON` bytes of `i`."""
    found = find_bytes(src, i, min(n, i + SOON), _SCRIPT)
    return bool(found >= 0 and find_bytes(src, found, min(n, found + SOON), _MATH_TYPE) >= 0)


@njit(cache=True, nogil=True)
def put_math(src: np.ndarray, name_end: Int, start: Int, n: Int, ws: Workspace) -> Int:
    """Writes the formula of a `<math>` whose content begins at `start`; the position after it, or `start` if unclosed.

    Its TeX where an annotation or alttext has it, else its linear form.
    """
    st = ws.state
    end = np.int64(start)
    while True:
        end = find_byte(src, end, n, 60)
        if end >= n:
            st[C.MATH_UNCLOSED] = 1
            return start
        if src[min(end + 1, n - 1)] == 47 and is_name(src, after_prefix(src, end + 2, n), n, MATH_NAME):
            break
        end += 1
    after = min(end_of_tag(src, end, n) + 1, n)
    displayed = False
    alt = alt_end = at = np.int64(name_end)
    while True:
        h, a, b, at = next_attribute(src, at, n)
        if h == np.uint64(0):
            break
        if h == ALTTEXT:
            alt, alt_end = a, b
        elif h == DISPLAY:
            displayed = b - a == 5  # block
    at = np.int64(start)
    while at < end:
        at = find_byte(src, at, end, 60)
        name = after_prefix(src, at + 1, end)
        if at < end and is_name(src, name, end, ANNOTATION):
            j, of_tex = name + ANNOTATION.shape[0], False
            while True:
                h, a, b, j = next_attribute(src, j, end)
                if h == np.uint64(0):
                    break
                if h == ENCODING:
                    of_tex = find_bytes(src, a, b, _TEX) >= 0
            if of_tex:
                put_tex(src, j + 1, find_byte(src, j, end, 60), ws, True, displayed)
                return after
        at += 1
    if is_tex(src, alt, alt_end):
        put_tex(src, alt, alt_end, ws, True, displayed)
    else:
        put_linear(src, start, end, ws)
    return after


@njit(cache=True, nogil=True)
def put_attribute(src: np.ndarray, name_end: Int, n: Int, ws: Workspace) -> None:
    """Writes the formula that an `<amp-mathml>` has in its attribute `data-formula`."""
    at = np.int64(name_end)
    while True:
        h, a, b, at = next_attribute(src, at, n)
        if h == np.uint64(0):
            return
        if h == DATA_FORMULA:
            put_tex(src, a, b, ws, True, False)


@njit(cache=True, nogil=True)
def put_image(src: np.ndarray, name_end: Int, n: Int, ws: Workspace) -> None:
    """Writes the alt of an `<img>` that shows a formula, by its class, its address or by TeX that nothing else is."""
    names, first = ws.names, ws.state[C.NAMES]
    last, of_math = first, False
    alt = alt_end = at = np.int64(name_end)
    while True:
        h, a, b, at = next_attribute(src, at, n)
        if h == np.uint64(0):
            break
        if h == ALT:
            alt, alt_end = a, b
        elif h == CLASS:
            last = hash_words(src, a, min(b, a + 128), OF_CLASS, names, last, 12)
        elif h == SRC:
            of_math = (
                find_bytes(src, a, min(b, a + 128), _LATEX) >= 0 or find_bytes(src, a, min(b, a + 128), _RENDER) >= 0
            )
    if alt_end <= alt:
        return
    of_math = of_math or bool(roles_of(names, first, last) & (MATH | MWE))
    styled = (src[alt] == 123 and style_bytes(src, alt + 1, alt_end) > 0) or is_wrapped_tex(src, alt, alt_end)
    if styled or style_bytes(src, alt, alt_end) > 0 or (of_math and is_tex_or_short(src, alt, alt_end)):
        if ws.state[C.MATH_OUT] == ws.state[C.OUT] and ws.state[C.PENDING] == 0 and ws.state[C.OUT] > 0 and of_math:
            return  # the image stands in for the MathML before it
        put_tex(src, alt, alt_end, ws, True, False)
