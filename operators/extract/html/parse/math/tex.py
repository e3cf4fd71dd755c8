r"""Recognises TeX in the source of a page, and what wraps it: `$`, CDATA, `\(`, Wikipedia's `{\displaystyle ...}`."""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.parse.math.byte_strings import begins_with, find_bytes
from corpusmill.operators.text.kernel import njit

_CDATA, _CDATA_END = (np.frombuffer(mark, np.uint8).copy() for mark in (b"<![CDATA[", b"]]>"))
_DISPLAY, _TEXT, _SCRIPT = (
    np.frombuffer(s, np.uint8).copy() for s in (b"\\displaystyle", b"\\textstyle", b"\\scriptstyle")
)
LONGEST_WORD = 12  # bytes of a picture's alt that is a variable or a short formula


@njit(cache=True, nogil=True)
def unwrapped(src: np.ndarray, start: Int, end: Int, displayed: bool) -> tuple[Int, Int, bool]:
    r"""src[start:end] without white space, CDATA, `$`, `\(`, `\[` and Wikipedia's `{\displaystyle ...}` around it."""
    found = find_bytes(src, start, end, _CDATA)
    if found >= 0:
        start = found + 9
        found = find_bytes(src, start, end, _CDATA_END)
        if found >= 0:
            end = found
            while end > start and (src[end - 1] <= 32 or src[end - 1] == 37):
                end -= 1
    start, end = _trimmed(src, start, end)
    if end - start >= 4 and src[start] == 92 and src[end - 2] == 92:
        if src[start + 1] == 40 and src[end - 1] == 41:
            start, end = start + 2, end - 2
        elif src[start + 1] == 91 and src[end - 1] == 93:
            start, end, displayed = start + 2, end - 2, True
    while end - start >= 2 and src[start] == 36 and src[end - 1] == 36:
        start, end = start + 1, end - 1
    start, end = _trimmed(src, start, end)
    if end - start >= 2 and src[start] == 123 and src[end - 1] == 125 and style_bytes(src, start + 1, end) > 0:
        start, end = start + 1, end - 1
    start += style_bytes(src, start, end)
    start, end = _trimmed(src, start, end)
    return start, end, displayed


@njit(cache=True, nogil=True)
def _trimmed(src: np.ndarray, start: Int, end: Int) -> tuple[Int, Int]:
    start, end = np.int64(start), np.int64(end)
    while start < end and src[start] <= 32:
        start += 1
    while end > start and src[end - 1] <= 32:
        end -= 1
    return start, end


@njit(cache=True, nogil=True)
def style_bytes(src: np.ndarray, start: Int, end: Int) -> Int:
    r"""Bytes of the command of TeX for the size of a formula, such as `\displaystyle`, that begins src[start:end]."""
    if begins_with(src, start, end, _DISPLAY):
        return np.int64(_DISPLAY.shape[0])
    if begins_with(src, start, end, _TEXT):
        return np.int64(_TEXT.shape[0])
    return np.int64(_SCRIPT.shape[0] if begins_with(src, start, end, _SCRIPT) else 0)


@njit(cache=True, nogil=True)
def is_tex(src: np.ndarray, start: Int, end: Int) -> bool:
    r"""Whether a text has one of the signs \ ^ _ {, which words about a formula have not."""
    signs = 0
    for k in range(start, end):
        signs += src[k] == 92 or src[k] == 94 or src[k] == 95 or src[k] == 123
    return signs > 0


@njit(cache=True, nogil=True)
def is_wrapped_tex(src: np.ndarray, start: Int, end: Int) -> bool:
    r"""Whether a text is TeX between dollar signs, `\(` and `\)` or `\[` and `\]`."""
    if end - start < 3 or not is_tex(src, start, end):
        return False
    if src[start] == 36 and src[end - 1] == 36:
        return True
    first, last = src[start + 1], src[end - 1]
    return bool(src[start] == 92 and src[end - 2] == 92 and (first, last) in ((40, 41), (91, 93)))


@njit(cache=True, nogil=True)
def is_tex_or_short(src: np.ndarray, start: Int, end: Int) -> bool:
    """Whether a text is TeX, has an equals sign, or is one word of up to LONGEST_WORD bytes."""
    if is_tex(src, start, end):
        return True
    spaces = 0
    for k in range(start, end):
        if src[k] == 61:
            return True
        spaces += src[k] <= 32
    return spaces == 0 and end - start <= LONGEST_WORD
