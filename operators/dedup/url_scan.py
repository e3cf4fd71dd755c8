"""Kernel that writes addresses in canonical form; keys.canonical_url is its specification."""

import numpy as np
from numba import njit

_SPACE, _HASH, _SLASH, _COLON, _QUESTION, _AT, _DOT = 32, 35, 47, 58, 63, 64, 46
_HTTP = np.frombuffer(b"http", np.uint8)


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
def canonical(data: np.ndarray, offsets: np.ndarray, out: np.ndarray, out_offsets: np.ndarray) -> None:
    """Addresses one after another into `out`, which has room for all input bytes and one more an address."""
    n = 0
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        while begin < end and data[begin] <= _SPACE:
            begin += 1
        while end > begin and data[end - 1] <= _SPACE:
            end -= 1
        end = _find(data, _HASH, begin, end)
        colon = _find(data, _COLON, begin, end)
        rest = begin
        if colon + 2 < end and data[colon + 1] == _SLASH and data[colon + 2] == _SLASH:
            rest = colon + 1
            if not _is_web(data, begin, colon):
                for i in range(begin, rest):
                    out[n] = _lower(data[i])
                    n += 1
            out[n] = out[n + 1] = _SLASH
            n += 2
            cut = min(_find(data, _SLASH, rest + 2, end), _find(data, _QUESTION, rest + 2, end))
            host = rest + 2
            for i in range(host, cut):
                if data[i] == _AT:
                    host = i + 1
            for i in range(host, _host_end(data, host, cut)):
                out[n] = _lower(data[i])
                n += 1
            if cut == end or data[cut] != _SLASH:
                out[n] = _SLASH
                n += 1
            rest = cut
        for i in range(rest, end):
            out[n] = data[i]
            n += 1
        out_offsets[d + 1] = n
