"""Kernel that writes addresses in canonical form; keys.canonical_url is its specification."""

from itertools import accumulate

import numpy as np

from corpusmill.operators.text.kernel import njit

_SPACE, _HASH, _SLASH, _COLON, _QUESTION, _AT, _DOT = 32, 35, 47, 58, 63, 64, 46
_HTTP = np.frombuffer(b"http", np.uint8)
_TILDE = 126

# Hosts that stand for no address: what a program writes for a missing value, and the first half of "n/a".
NO_HOSTS = ("n", "na", "nan", "nil", "none", "null", "tbd", "undefined", "unknown", "-")
_NO_HOSTS = np.frombuffer("".join(NO_HOSTS).encode(), np.uint8)
_NO_HOST_ENDS = np.array([0, *accumulate(map(len, NO_HOSTS))], np.int64)


@njit(nogil=True, cache=True)
def _find(data: np.ndarray, byte: int, begin: int, end: int) -> int:
    """The first place of `byte` in data[begin:end], or `end`."""
    while begin < end and data[begin] != byte:
        begin += 1
    return begin


@njit(nogil=True, cache=True)
def _lower(byte: int) -> int:
    return byte + 32 if 65 <= byte <= 90 else byte


@njit(nogil=True, cache=True)
def _is_web(data: np.ndarray, begin: int, end: int) -> bool:
    """Whether data[begin:end] is http or https, in any case."""
    if end - begin != 4 and end - begin != 5:
        return False
    for i in range(4):
        if _lower(data[begin + i]) != _HTTP[i]:
            return False
    return end - begin == 4 or _lower(data[begin + 4]) == 115


@njit(nogil=True, cache=True)
def _host_end(data: np.ndarray, begin: int, end: int) -> int:
    """The end of a host without its port, if that is 80 or 443, and without its last dot."""
    if end - begin >= 3 and data[end - 3] == _COLON and data[end - 2] == 56 and data[end - 1] == 48:
        end -= 3
    elif (
        end - begin >= 4
        and data[end - 4] == _COLON
        and data[end - 3] == 52
        and data[end - 2] == 52
        and data[end - 1] == 51
    ):
        end -= 4
    return end - 1 if end > begin and data[end - 1] == _DOT else end


@njit(nogil=True, cache=True)
def _is_scheme(data: np.ndarray, begin: int, end: int) -> bool:
    """Whether data[begin:end] is a letter, then letters, digits, plus, minus and dots."""
    for i in range(begin, end):
        byte = _lower(data[i])
        if not (97 <= byte <= 122 or (i > begin and (48 <= byte <= 57 or byte == 43 or byte == 45 or byte == 46))):
            return False
    return begin < end


@njit(nogil=True, cache=True)
def _is_host(data: np.ndarray, begin: int, end: int) -> bool:
    """Whether data[begin:end] has no white space and is none of NO_HOSTS."""
    for i in range(begin, end):
        if data[i] <= _SPACE:
            return False
    for name in range(len(_NO_HOST_ENDS) - 1):
        at, stop = _NO_HOST_ENDS[name], _NO_HOST_ENDS[name + 1]
        same = end - begin == stop - at
        for i in range(stop - at if same else 0):
            same &= _lower(data[begin + i]) == _NO_HOSTS[at + i]
        if same:
            return False
    return True


@njit(nogil=True, cache=True)
def _fragment_end(data: np.ndarray, begin: int, end: int) -> int:
    """The end of a fragment without its directive; `begin` where what is left is `top` in any case."""
    for i in range(begin, end - 2):
        if data[i] == _COLON and data[i + 1] == _TILDE and data[i + 2] == _COLON:
            end = i
            break
    top = end - begin == 3 and _lower(data[begin]) == 116
    return begin if top and _lower(data[begin + 1]) == 111 and _lower(data[begin + 2]) == 112 else end


@njit(nogil=True, cache=True)
def canonical(
    data: np.ndarray,
    offsets: np.ndarray,
    out: np.ndarray,
    out_offsets: np.ndarray,
    fragments: np.ndarray,
    fragment_offsets: np.ndarray,
) -> None:
    """Addresses one after another into `out`, which has room for all input bytes and one more an address, and their
    fragments into `fragments`, which has room for all input bytes."""
    n = f = 0
    for d in range(len(offsets) - 1):
        out_offsets[d + 1], fragment_offsets[d + 1] = n, f
        begin, last = offsets[d], offsets[d + 1]
        while begin < last and data[begin] <= _SPACE:
            begin += 1
        while last > begin and data[last - 1] <= _SPACE:
            last -= 1
        end = _find(data, _HASH, begin, last)
        rest, web = begin, True
        if not (begin + 1 < end and data[begin] == _SLASH and data[begin + 1] == _SLASH):
            colon = _find(data, _COLON, begin, end)
            rest, web = colon + 1, _is_web(data, begin, colon)
            if not (colon + 2 < end and data[colon + 1] == _SLASH and data[colon + 2] == _SLASH):
                continue
            if not _is_scheme(data, begin, colon):
                continue
        cut = min(_find(data, _SLASH, rest + 2, end), _find(data, _QUESTION, rest + 2, end))
        host = rest + 2
        for i in range(host, cut):
            if data[i] == _AT:
                host = i + 1
        host_end = _host_end(data, host, cut)
        if not _is_host(data, host, host_end):
            continue
        if host == host_end and (web or cut == end or (cut == end - 1 and data[cut] == _SLASH)):
            continue
        if not web:
            for i in range(begin, rest):
                out[n] = _lower(data[i])
                n += 1
        out[n] = out[n + 1] = _SLASH
        n += 2
        for i in range(host, host_end):
            out[n] = _lower(data[i])
            n += 1
        if cut == end or data[cut] != _SLASH:
            out[n] = _SLASH
            n += 1
        for i in range(cut, end):
            out[n] = data[i]
            n += 1
        for i in range(end + 1, _fragment_end(data, end + 1, last)):
            fragments[f] = data[i]
            f += 1
        out_offsets[d + 1], fragment_offsets[d + 1] = n, f
