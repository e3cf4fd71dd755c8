"""Short strings cut out of the source of a page: titles, addresses, languages, dates."""

import numpy as np

from corpusmill.operators.extract.html.base.characters import AMPERSAND, EXOTIC, SPACE, TEXT_CLASS
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_two
from corpusmill.operators.extract.html.parse.entities import decode_reference
from corpusmill.operators.extract.html.parse.running_text import exotic
from corpusmill.operators.text.kernel import njit

NO_DAY = -(1 << 31)
FIRST_YEAR, LAST_YEAR = 1990, 2100  # dates outside are mistakes: the Web began in 1990


@njit(cache=True, nogil=True)
def put_clean(src: np.ndarray, start: Int, end: Int, out: np.ndarray, o: Int, most: Int) -> Int:
    """Copies src[start:end], references decoded and white space collapsed, up to `most` bytes; position after."""
    first, last = o, o + most - 8
    pending = False
    i = start
    while i < end and o < last:
        kind = TEXT_CLASS[src[i]]
        width = 0
        at = o
        if pending and o > first:
            out[o] = 32
            at = o + 1
        if kind == SPACE:
            width = 1
            i += 1
        elif kind == AMPERSAND:
            j, stop = decode_reference(src, i, end, out, at)
            if stop == at:
                out[at] = 38
                i, o, pending = i + 1, at + 1, False
                continue
            i = j
            if stop == at + 1 and out[at] <= 32:
                width = 1
            elif TEXT_CLASS[out[at]] == EXOTIC:
                width = exotic(out, at, stop)
            if width == 0:
                o, pending = stop, False
        else:
            if kind == EXOTIC:
                width = exotic(src, i, end)
                i += abs(width)
            if width == 0:
                out[at] = src[i]
                i, o, pending = i + 1, at + 1, False
        if width > 0:
            pending = True
    return _whole_characters(out, first, o)


@njit(cache=True, nogil=True)
def put_plain(text: np.ndarray, start: Int, end: Int, out: np.ndarray, o: Int, most: Int) -> Int:
    """Copies text[start:end], up to `most` bytes, line ends and tabs as spaces; position after."""
    end = min(end, start + most - 8)
    for j in range(start, end):
        out[o + j - start] = max(text[j], np.uint8(32))
    return _whole_characters(out, o, o + max(end - start, 0))


@njit(cache=True, nogil=True)
def _whole_characters(out: np.ndarray, first: Int, o: Int) -> Int:
    """`o`, less the bytes of a character that was cut in two at the end."""
    k = o
    while k > first and (out[k - 1] & 0xC0) == 0x80:
        k -= 1
    if k == first:
        return first if o > first and (out[first] & 0xC0) == 0x80 else o
    lead = out[k - 1]
    wanted = 1 if lead < 0xC0 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    return o if o - (k - 1) >= wanted else k - 1


@njit(cache=True, nogil=True)
def _digits(src: np.ndarray, i: Int, end: Int, count: Int) -> Int:
    """The number that `count` digits at `i` make, -1 when they are not all digits."""
    if i + count > end:
        return -1
    value = 0
    for k in range(count):
        if not 48 <= src[i + k] <= 57:
            return -1
        value = value * 10 + (np.int64(src[i + k]) - 48)
    return value


@njit(cache=True, nogil=True)
def day_of(src: np.ndarray, start: Int, end: Int) -> Int:
    """Days since 1970-01-01 of a date written 2026-11-21, 2026/11/21, 2026.11.21 or 20261121...; else NO_DAY."""
    i = start
    while i < end and src[i] <= 32:
        i += 1
    year = _digits(src, i, end, 4)
    i += 4
    gap = 1 if i < end and (src[i] == 45 or src[i] == 46 or src[i] == 47) else 0
    month = _digits(src, i + gap, end, 2)
    day = _digits(src, i + 2 + 2 * gap, end, 2)
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 31):
        return NO_DAY
    if gap and src[i + 3] != src[i]:
        return NO_DAY
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    longest = 29 if leap and month == 2 else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    if day > longest:
        return NO_DAY
    # Days from 0000-03-01, the year begun in March, so that the leap day comes last.
    y = year - (1 if month <= 2 else 0)
    m = (month + 9) % 12
    return y * 365 + y // 4 - y // 100 + y // 400 + (m * 306 + 5) // 10 + day - 1 - 719468


KEY = np.frombuffer(b'"datePublished"', np.uint8).copy()


@njit(cache=True, nogil=True)
def day_in_json(src: np.ndarray, start: Int, end: Int) -> Int:
    """The day after the first `"datePublished":` of a JSON text that has one; else NO_DAY."""
    length = KEY.shape[0]
    i = start
    while True:
        i = find_two(src, i, end, 34, 5, 80)  # `"`, `P`
        if i + length + 4 >= end:
            return NO_DAY
        same = True
        for k in range(length):
            if src[i + k] != KEY[k]:
                same = False
                break
        if same:
            i += length
            while i < end and (src[i] <= 32 or src[i] == 58 or src[i] == 34):
                i += 1
            day = day_of(src, i, end)
            if day != NO_DAY:
                return day
        i += 1
