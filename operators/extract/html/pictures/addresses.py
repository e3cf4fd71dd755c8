"""Makes addresses of pictures absolute.

Source:   RFC 3986, section 5.2 (relative references), 5.2.4 (dot segments); URL Standard for what browsers add to it:
          white space at both ends, tabs and line ends inside are dropped, a space becomes %20.
Deviates: fragments are cut off; nothing else is normalised. What is not http or https has no address here.
"""

import numpy as np

from corpusmill.operators.extract.html.base.characters import LOWER
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.text.kernel import njit

SLASH, COLON, QUERY, HASH, DOT, SPACE = 47, 58, 63, 35, 46, 32
HTTP = np.frombuffer(b"http", np.uint8).copy()


@njit(cache=True, nogil=True)
def scheme_end(src: np.ndarray, start: Int, end: Int) -> Int:
    """Position of the colon after a scheme that begins at `start`; -1 when there is none."""
    j = start
    while j < end:
        c = src[j]
        letter = 97 <= (c | 32) <= 122
        if not (letter or (j > start and (48 <= c <= 57 or c == 43 or c == 45 or c == DOT))):
            break
        j += 1
    return j if start < j < end and src[j] == COLON else np.int64(-1)


@njit(cache=True, nogil=True)
def is_web(src: np.ndarray, start: Int, end: Int) -> bool:
    """Whether src[start:end] begins with http:// or https:// and a host."""
    colon = scheme_end(src, start, end)
    if colon < 0 or not 4 <= colon - start <= 5 or colon + 3 >= end:
        return False
    for k in range(4):
        if LOWER[src[start + k]] != HTTP[k]:
            return False
    if colon - start == 5 and LOWER[src[start + 4]] != 115:
        return False
    return src[colon + 1] == SLASH and src[colon + 2] == SLASH and src[colon + 3] != SLASH


@njit(cache=True, nogil=True)
def _copy(src: np.ndarray, start: Int, end: Int, out: np.ndarray, o: Int) -> Int:
    """Copies an address up to its fragment, as a browser reads it; the position after it."""
    while start < end and src[start] <= SPACE:
        start += 1
    while end > start and src[end - 1] <= SPACE:
        end -= 1
    for j in range(start, end):
        c = src[j]
        if c == HASH:
            break
        if c in (9, 10, 13):
            continue
        if c == SPACE:
            out[o], out[o + 1], out[o + 2] = 37, 50, 48
            o += 3
        else:
            out[o] = c
            o += 1
    return o


@njit(cache=True, nogil=True)
def resolve(base: np.ndarray, base_end: Int, src: np.ndarray, start: Int, end: Int, out: np.ndarray, o: Int) -> Int:
    """Writes src[start:end] as an absolute address to out[o:]; the position after it, `o` when it has none.

    base[:base_end]: the address that relative ones start from, empty or absolute.
    """
    while start < end and src[start] <= SPACE:
        start += 1
    if start >= end or src[start] == HASH:
        return o
    if scheme_end(src, start, end) >= 0:
        return _copy(src, start, end, out, o) if is_web(src, start, end) else o
    if not is_web(base, 0, base_end):
        return o
    colon = scheme_end(base, 0, base_end)
    first = o
    if start + 1 < end and src[start] == SLASH and src[start + 1] == SLASH:
        o = _copy(base, 0, colon + 1, out, o)
        o = _copy(src, start, end, out, o)
        return o if is_web(out, first, o) else first
    authority = colon + 3
    while authority < base_end and base[authority] not in (SLASH, QUERY, HASH):
        authority += 1
    path_end = authority
    while path_end < base_end and base[path_end] not in (QUERY, HASH):
        path_end += 1
    o = _copy(base, 0, authority, out, o)
    path = o
    if src[start] == QUERY:
        o = _copy(base, authority, path_end, out, o)
        return _copy(src, start, end, out, o)
    if src[start] != SLASH:
        last = path_end
        while last > authority and base[last - 1] != SLASH:
            last -= 1
        if last > authority:
            o = _copy(base, authority, last, out, o)
        else:
            out[o] = SLASH
            o += 1
    o = _copy(src, start, end, out, o)
    return without_dots(out, path, o)


@njit(cache=True, nogil=True)
def without_dots(out: np.ndarray, path: Int, end: Int) -> Int:
    """Takes the segments "." and ".." out of the path that begins at `path`, in place; the new end."""
    stop = path
    while stop < end and out[stop] != QUERY:
        stop += 1
    read = write = path
    while read < stop:  # out[read] is a slash
        after = read + 1
        while after < stop and out[after] != SLASH:
            after += 1
        size = after - read - 1
        one = size == 1 and out[read + 1] == DOT
        two = size == 2 and out[read + 1] == DOT and out[read + 2] == DOT
        if two:
            while write > path:
                write -= 1
                if out[write] == SLASH:
                    break
        if one or two:
            if after >= stop:
                out[write] = SLASH
                write += 1
        else:
            for k in range(read, after):
                out[write] = out[k]
                write += 1
        read = after
    for k in range(stop, end):
        out[write] = out[k]
        write += 1
    return write
