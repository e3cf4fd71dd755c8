"""Writes presentation MathML on one line: (a+b)/2, x^2, x_i, sqrt(x).

Source: MathML Core, section 3 (presentation elements).
"""

import numpy as np

from corpusmill.operators.extract.html.base.characters import LOWER
from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fnv1a
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_byte
from corpusmill.operators.extract.html.parse.entities import decode_reference
from corpusmill.operators.extract.html.parse.math.byte_strings import find_bytes
from corpusmill.operators.extract.html.parse.math.stretches import (
    insert,
    is_bracketed,
    is_invisible,
    is_letter,
    meet,
    rotate,
)
from corpusmill.operators.text.kernel import njit

GROUP, LEAF, FRACTION, SUP, SUB, SUBSUP, SQRT, ROOT, ROW, TABLE, FENCED, HIDDEN, BINOMIAL, MULTI, NONE, PRESCRIPTS = (
    range(16)
)
_NAMES = {
    LEAF: "mi mn mo mtext ms",
    FRACTION: "mfrac",
    SUP: "msup mover",
    SUB: "msub munder",
    SUBSUP: "msubsup munderover",
    SQRT: "msqrt",
    ROOT: "mroot",
    ROW: "mtr mlabeledtr",
    TABLE: "mtable",
    FENCED: "mfenced",
    HIDDEN: "annotation annotation-xml mphantom",
    MULTI: "mmultiscripts",
    NONE: "none",
    PRESCRIPTS: "mprescripts",
}
_pairs = [(fnv1a(name.encode()), kind) for kind, names in _NAMES.items() for name in names.split()]
KEYS = np.array([key for key, _ in _pairs], np.uint64)
KINDS = np.array([kind for _, kind in _pairs], np.int64)
_SQRT, _ROOT, _BINOMIAL, _THICKNESS = (
    np.frombuffer(name, np.uint8).copy() for name in (b"sqrt(", b"root(", b"binom(", b"linethickness")
)
DEPTH = 64  # elements deeper in are read as if they were not there
# Of an open element: kind, where its text begins, children, terms in it, where what stands before it begins.
KIND, START, CHILDREN, SIZE, BEFORE = range(5)


@njit(cache=True, nogil=True)
def write_linear(src: np.ndarray, i: Int, end: Int, out: np.ndarray, o: Int) -> Int:
    """Writes the formula src[i:end] to out[o:]; the position after it. Never longer than its source."""
    stack = np.zeros((DEPTH + 1, 5), np.int64)
    scripted = np.int64(-1)  # where the last superscript or subscript ended
    begin, top, too_deep, hidden, leaf_size = np.int64(o), 0, 0, 0, np.int64(0)
    stack[0, START] = o
    while i < end:
        if src[i] != 60:
            stop = find_byte(src, i, end, 60)
            if hidden == 0:
                before = o
                if o == scripted and meet(src, i, stop, out, o):
                    out[o] = 32
                    o += 1
                o = _copy(src, i, stop, out, o, begin, leaf_size)
                leaf_size = o - before - (out[before] == 32) if o > before else leaf_size
            i = stop
            continue
        if i + 1 < end and src[i + 1] == 33:  # a comment
            i = find_byte(src, i, end, 62) + 1
            continue
        closing = i + 1 < end and src[i + 1] == 47
        kind, j = _kind_of_tag(src, i + 2 if closing else i + 1, end)
        empty = j > i and src[j - 1] == 47
        i = j + 1
        if kind == PRESCRIPTS:
            if not closing and stack[top, KIND] == MULTI:
                stack[top, BEFORE], stack[top, CHILDREN] = o, 1
            continue
        if not closing:
            if empty:
                stack[top, CHILDREN] += 1
                continue
            if top >= DEPTH:
                too_deep += 1
                continue
            top += 1
            stack[top, :] = 0
            stack[top, KIND], stack[top, START] = kind, o
            hidden += kind == HIDDEN
            if hidden == 0:
                o = _open(out, o, kind)
        elif too_deep:
            too_deep -= 1
        elif top > 0:
            hidden -= stack[top, KIND] == HIDDEN
            o = _close(stack, top, out, o, begin)
            scripted = o if stack[top, KIND] in (SUP, SUB, SUBSUP, MULTI) else scripted
            top -= 1
    while top > 0:
        o = _close(stack, top, out, o, begin)
        top -= 1
    while o > begin and out[o - 1] <= 32:
        o -= 1
    return o


@njit(cache=True, nogil=True)
def _kind_of_tag(src: np.ndarray, name: Int, end: Int) -> tuple[Int, Int]:
    """The kind of the tag whose name begins at `name`, and the position of its ">"."""
    h, j = BASIS, name
    while j < end and src[j] > 32 and src[j] != 62 and src[j] != 47:
        h = BASIS if src[j] == 58 else (h ^ np.uint64(LOWER[src[j]])) * PRIME  # a name space's prefix is left out
        j += 1
    j = find_byte(src, j, end, 62)
    kind = np.int64(GROUP)
    for k in range(KEYS.shape[0]):
        if KEYS[k] == h:
            kind = KINDS[k]
    if kind == FRACTION and _has_no_line(src, name, j):
        kind = np.int64(BINOMIAL)
    return kind, j


@njit(cache=True, nogil=True)
def _copy(src: np.ndarray, i: Int, end: Int, out: np.ndarray, o: Int, begin: Int, before: Int) -> Int:
    """Copies the text of a leaf, a space before it where a word meets a letter; `before` is the last leaf's size."""
    while i < end and src[i] <= 32:
        i += 1
    while end > i and src[end - 1] <= 32:
        end -= 1
    if i < end and o > begin and is_letter(out[o - 1]) and is_letter(src[i]) and (end - i > 1 or before > 1):
        out[o] = 32
        o += 1
    while i < end:
        c = src[i]
        if c == 38:
            after, to = decode_reference(src, i, end, out, o)
            if to > o:
                if not is_invisible(out, o, to):
                    o = to
                i = after
                continue
        if c == 0xE2 and i + 2 < end and is_invisible(src, i, i + 3):
            i += 3
            continue
        if c > 32:
            out[o] = c
            o += 1
        elif o > begin and out[o - 1] != 32:
            out[o] = 32
            o += 1
        i += 1
    return o


@njit(cache=True, nogil=True)
def _open(out: np.ndarray, o: Int, kind: Int) -> Int:
    if kind in (SQRT, ROOT):
        for c in _SQRT if kind == SQRT else _ROOT:
            out[o] = c
            o += 1
    elif kind == BINOMIAL:
        for c in _BINOMIAL:
            out[o] = c
            o += 1
    elif kind == FENCED:
        out[o] = 40
        o += 1
    return o


@njit(cache=True, nogil=True)
def _close(stack: np.ndarray, top: Int, out: np.ndarray, o: Int, begin: Int) -> Int:
    """Ends the element on top: its own bracket, then what its parent puts before it or around it."""
    kind, start, size = stack[top, KIND], stack[top, START], stack[top, SIZE]
    if kind == MULTI and stack[top, BEFORE]:
        rotate(out, start, stack[top, BEFORE], o)
    if kind in (SQRT, ROOT, FENCED, BINOMIAL):
        out[o] = 41
        o += 1
        size = 1
    elif kind == LEAF:
        size = 1 if o > start else 0
    elif kind in (FRACTION, SUP, SUB, SUBSUP, MULTI):
        size = 2
    parent, number = stack[top - 1, KIND], stack[top - 1, CHILDREN]
    stack[top - 1, SIZE] += size
    stack[top - 1, CHILDREN] += 1
    while start < o and out[start] <= 32:
        start += 1
    if parent == FRACTION:
        if size > 1 and not is_bracketed(out, start, o):
            o = insert(out, start, o, 40)
            out[o] = 41
            o += 1
        if number == 0:
            out[o] = 47
            o += 1
    elif parent in (SUP, SUB, SUBSUP, MULTI):
        if number == 0:
            if size > 1 and not is_bracketed(out, start, o):
                o = insert(out, start, o, 40)
                out[o] = 41
                o += 1
        elif o > start:
            if size > 1:
                o = insert(out, start, o, 123)
                out[o] = 125
                o += 1
            is_sup = parent == SUP or (parent in (SUBSUP, MULTI) and number % 2 == 0)
            o = insert(out, start, o, 94 if is_sup else 95)
    elif number > 0 and (parent in (ROOT, ROW, FENCED, TABLE, BINOMIAL)):
        o = insert(out, start, o, 32)
        o = insert(out, start, o, 59 if parent == TABLE else 44)
    return o


@njit(cache=True, nogil=True)
def _has_no_line(src: np.ndarray, start: Int, end: Int) -> bool:
    """Whether the tag src[start:end] of a fraction says `linethickness="0"`: it is a binomial coefficient."""
    at = find_bytes(src, start, end, _THICKNESS)
    while 0 <= at < end and not 48 <= src[at] <= 57:
        at += 1
    return bool(0 <= at < end and src[at] == 48 and not (at + 1 < end and src[at + 1] == 46))
