"""Character references: `&amp;`, `&#8211;`, `&copy` become UTF-8.

Source:   HTML Living Standard 13.5 (names) and 13.2.5.80 (numbers); Python's html.entities carries the same table.
Deviates: a reference whose expansion is longer than itself is left as it stands (two names of 2,231), so that text
          never grows; one without a semicolon is decoded in attributes as in text.
"""

import html.entities

import numpy as np

from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, find_slot, hash_table
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit

_expansions = bytearray()
_where: dict[bytes, int] = {}
for _reference, _text in html.entities.html5.items():
    _utf8 = _text.encode()
    if len(_utf8) <= len(_reference) + 1:
        _where[_reference.encode()] = len(_expansions) << 8 | len(_utf8)
        _expansions += _utf8
NAME_KEYS, NAME_VALUES = hash_table(_where, 8192)
EXPANSIONS = np.frombuffer(bytes(_expansions), np.uint8).copy()

LONGEST_NAME = 33  # "CounterClockwiseContourIntegral;"
LONGEST_BARE_NAME = 6  # the longest name valid without its semicolon is "frac12", "Agrave", ...


def _windows_1252(code: int) -> int:
    try:
        return ord(bytes([code]).decode("cp1252"))
    except UnicodeDecodeError:
        return code


WINDOWS_1252 = np.array([_windows_1252(code) for code in range(128, 160)], np.int32)


@njit(cache=True, nogil=True)
def put_code_point(out: np.ndarray, o: Int, code: Int) -> Int:
    """Writes one code point as UTF-8; returns the position after it."""
    if code < 0x80:
        out[o] = code
        return o + 1
    if code < 0x800:
        out[o] = 0xC0 | (code >> 6)
        out[o + 1] = 0x80 | (code & 63)
        return o + 2
    if code < 0x10000:
        out[o] = 0xE0 | (code >> 12)
        out[o + 1] = 0x80 | ((code >> 6) & 63)
        out[o + 2] = 0x80 | (code & 63)
        return o + 3
    out[o] = 0xF0 | (code >> 18)
    out[o + 1] = 0x80 | ((code >> 12) & 63)
    out[o + 2] = 0x80 | ((code >> 6) & 63)
    out[o + 3] = 0x80 | (code & 63)
    return o + 4


@njit(cache=True, nogil=True)
def _number(src: np.ndarray, i: Int, n: Int) -> tuple[Int, Int]:
    """`src[i:i+2]` is "&#". (position after, code point); (i, 0) when no digits follow."""
    j = i + 2
    code = np.int64(0)
    if j < n and (src[j] | 32) == 120:  # x
        j += 1
        first = j
        while j < n and j - first < 9:
            c = np.int64(src[j])
            if 48 <= c <= 57:
                code = code * 16 + (c - 48)
            elif 97 <= (c | 32) <= 102:
                code = code * 16 + ((c | 32) - 87)
            else:
                break
            j += 1
    else:
        first = j
        while j < n and j - first < 9 and 48 <= src[j] <= 57:
            code = code * 10 + (np.int64(src[j]) - 48)
            j += 1
    if j == first:
        return i, np.int64(0)
    if j < n and src[j] == 59:
        j += 1
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        code = np.int64(0xFFFD)
    elif 128 <= code < 160:
        code = np.int64(WINDOWS_1252[code - 128])
    elif code < 32 and code != 10 and code != 9:
        code = np.int64(32)
    return j, code


@njit(cache=True, nogil=True)
def _name(src: np.ndarray, i: Int, n: Int) -> tuple[Int, Int]:
    """`src[i]` is "&". (position after, slot of the name); (i, -1) when it is no name."""
    j = i + 1
    h = BASIS
    while j < n and j - i <= LONGEST_NAME and (48 <= src[j] <= 57 or 97 <= (src[j] | 32) <= 122):
        h = (h ^ np.uint64(src[j])) * PRIME
        j += 1
    if j == i + 1:
        return i, -1
    if j < n and src[j] == 59:
        slot = find_slot(NAME_KEYS, (h ^ np.uint64(59)) * PRIME)
        if slot >= 0:
            return j + 1, slot
    end = min(j, i + 1 + LONGEST_BARE_NAME)
    while end > i + 2:
        h = BASIS
        for k in range(i + 1, end):
            h = (h ^ np.uint64(src[k])) * PRIME
        slot = find_slot(NAME_KEYS, h)
        if slot >= 0:
            return end, slot
        end -= 1
    return i, -1


@njit(cache=True, nogil=True)
def decode_reference(src: np.ndarray, i: Int, n: Int, out: np.ndarray, o: Int) -> tuple[Int, Int]:
    """Decodes the reference at `src[i]` ("&") to `out[o:]`: (new i, new o), both unchanged when it is none."""
    if i + 1 < n and src[i + 1] == 35:
        j, code = _number(src, i, n)
        return (j, put_code_point(out, o, code)) if j > i else (i, o)
    j, slot = _name(src, i, n)
    if slot < 0:
        return i, o
    start, length = NAME_VALUES[slot] >> 8, NAME_VALUES[slot] & 255
    for k in range(length):
        out[o + k] = EXPANSIONS[start + k]
    return j, o + length
