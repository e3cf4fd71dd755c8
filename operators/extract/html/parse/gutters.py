"""Finds the line numbers of code listings, which are no text: by their class, or by where they stand."""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.parse.ahead import is_name
from corpusmill.operators.extract.html.parse.attributes import end_of_tag
from corpusmill.operators.text.kernel import njit

LONGEST = 1_000_000_000
SKIPPED_TAGS = 8  # between a column of numbers and its code
_TD, _TH, _TR, _PRE, _CODE = (np.frombuffer(name, np.uint8).copy() for name in (b"td", b"th", b"tr", b"pre", b"code"))


@njit(cache=True, nogil=True)
def after_numbers(src: np.ndarray, i: Int, n: Int, name: np.ndarray, least: Int) -> Int:
    """Position after the element whose content begins at `i`, if it holds line numbers and nothing else.

    Otherwise -1 less the position where that became clear.

    Line numbers are at least `least` whole numbers, each higher than the one before; `.`, `:` and `|` may follow them.
    """
    depth, count, before, value, digits = 1, 0, np.int64(-1), np.int64(0), 0
    is_cell = name.shape[0] == 2 and name[0] == 116
    while i < n:
        c = src[i]
        if 48 <= c <= 57:
            value = value * 10 + (np.int64(c) - 48)
            digits += 1
            if value > LONGEST:
                return np.int64(-1 - i)
            i += 1
            continue
        if digits:
            if value <= before:
                return np.int64(-1 - i)
            before, value, digits = value, np.int64(0), 0
            count += 1
        if c == 60:
            closing = i + 1 < n and src[i + 1] == 47
            at = i + 2 if closing else i + 1
            if is_name(src, at, n, name):
                depth += -1 if closing else 1
            ends_cell = is_cell and (is_name(src, at, n, _TR) or (not closing and depth > 1))
            if depth == 0 or ends_cell:
                if count < least:
                    return np.int64(-1 - i)
                return i if ends_cell else min(end_of_tag(src, i, n) + 1, n)
            i = end_of_tag(src, i + 1, n) + 1
        elif c <= 32 or c == 46 or c == 58 or c == 124:
            i += 1
        elif c == 0xC2 and i + 1 < n and src[i + 1] == 0xA0:  # no-break space
            i += 2
        elif (c == 38 and i + 5 < n and src[i + 1] == 110 and src[i + 2] == 98 and src[i + 5] == 59) or (
            c == 38 and i + 5 < n and src[i + 1] == 35 and src[i + 2] == 49 and src[i + 5] == 59
        ):  # &nbsp;
            i += 6
        else:
            return np.int64(-1 - i)
    return np.int64(-1 - i)


@njit(cache=True, nogil=True)
def leads_to_code(src: np.ndarray, i: Int, n: Int) -> bool:
    """Whether the next cell begins with <pre> or <code>, nothing but tags and white space before."""
    in_cell = False
    for _ in range(SKIPPED_TAGS):
        while i < n and src[i] <= 32:
            i += 1
        if i + 1 >= n or src[i] != 60:
            return False
        if is_name(src, i + 1, n, _TD) or is_name(src, i + 1, n, _TH):
            in_cell = True
        elif in_cell and (is_name(src, i + 1, n, _PRE) or is_name(src, i + 1, n, _CODE)):
            return True
        i = end_of_tag(src, i + 1, n) + 1
    return False
