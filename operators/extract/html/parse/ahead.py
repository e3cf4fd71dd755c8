"""Reads ahead in the source of a page: what an element holds, and where it ends."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.extract.html.base.characters import LOWER
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_byte
from corpusmill.operators.extract.html.parse.attributes import end_of_tag
from corpusmill.operators.extract.html.parse.entities import decode_reference
from corpusmill.operators.text.kernel import njit

LONGEST_PREFIX = 8  # bytes


class Ahead(NamedTuple):
    """A short element, read ahead."""

    held: Int  # bytes of its text, as far as there was room
    end: Int  # position after its end tag; -1 when it is longer than the bound
    has_link: bool


@njit(cache=True, nogil=True)
def is_name(src: np.ndarray, at: Int, n: Int, name: np.ndarray) -> bool:
    """Whether the tag name that begins at src[at] is `name`, in lower-case bytes."""
    size = name.shape[0]
    if at + size > n:
        return False
    for k in range(size):
        if LOWER[src[at + k]] != name[k]:
            return False
    return bool(at + size == n or src[at + size] <= 32 or src[at + size] == 62 or src[at + size] == 47)


@njit(cache=True, nogil=True)
def after_prefix(src: np.ndarray, at: Int, n: Int) -> Int:
    """Position after the prefix of a name space, such as `mml:`, that a tag's name may begin with at `at`."""
    for k in range(at, min(at + LONGEST_PREFIX, n)):
        if src[k] == 58:
            return np.int64(k + 1)
        if not 97 <= (src[k] | 32) <= 122:
            break
    return np.int64(at)


@njit(cache=True, nogil=True)
def read_ahead(src: np.ndarray, i: Int, n: Int, name: np.ndarray, out: np.ndarray, o: Int, room: Int) -> Ahead:
    """Copies the text up to `</name>` to out[o : o + room], tags left out, white space as single spaces.

    Looks no further than 16 times `room` bytes.
    """
    stop = min(n, i + 16 * room)
    begin, has_link = o, False
    while i < stop:
        c = src[i]
        if c == 60:
            if i + 1 < n and src[i + 1] == 47 and is_name(src, i + 2, n, name):
                return Ahead(o - begin, end_of_tag(src, i, n) + 1, has_link)
            has_link = has_link or bool(i + 2 < n and (src[i + 1] | 32) == 97 and src[i + 2] <= 32)
            i = end_of_tag(src, i + 1, n) + 1
            continue
        if o - begin + 8 > room:
            break
        if c == 38:
            after, end = decode_reference(src, i, n, out, o)
            if end > o:
                i, o = after, end
                continue
        if c > 32:
            out[o] = c
            o += 1
        elif o > begin and out[o - 1] != 32:
            out[o] = 32
            o += 1
        i += 1
    return Ahead(o - begin, np.int64(-1), has_link)


@njit(cache=True, nogil=True)
def end_of_element(src: np.ndarray, i: Int, n: Int, name: np.ndarray) -> Int:
    """Position after the `</name>` that ends the element whose content begins at `i`; -1 when none does."""
    depth = 1
    while True:
        i = find_byte(src, i, n, 60)
        if i + 1 >= n:
            return np.int64(-1)
        if src[i + 1] == 47:
            if is_name(src, i + 2, n, name):
                depth -= 1
                if depth == 0:
                    return min(end_of_tag(src, i, n) + 1, n)
        elif is_name(src, i + 1, n, name):
            depth += 1
        i += 1
