"""Kernels that walk over UTF-8 once and write down every word. The arrays they fill are those of words.Words."""

import numpy as np
from numba import njit

from operators.text.hashing import finish, fold
from operators.text.unicode_table import ALONE, ASCII_SIGN, SPACE
from operators.text.utf8 import code_at, width_at


@njit(nogil=True, cache=True)
def scan_spaced(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    chars: np.ndarray,
    kinds: np.ndarray,
    hashes: np.ndarray,
) -> int:
    """Words between white space, as written. Returns how many were found in all documents."""
    n = 0
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        at = begin
        while at < end:
            code = code_at(data, at)
            kind = bits[code]
            if kind & SPACE:
                at += width_at(data, at)
                continue
            word, value, count, seen = at, np.uint64(0), 0, np.uint16(0)
            while not kind & SPACE:
                value = fold(value, code)
                count += 1
                seen |= kind
                at += width_at(data, at)
                if at >= end:
                    break
                code = code_at(data, at)
                kind = bits[code]
            start[n], size_bytes[n], chars[n] = word - begin, at - word, count
            kinds[n], hashes[n] = seen, finish(value)
            n += 1
        first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def scan_bare(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    lower: np.ndarray,
    first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    chars: np.ndarray,
    kinds: np.ndarray,
    hashes: np.ndarray,
) -> int:
    """Words between white space, lower-cased, as if ASCII punctuation were not there; of nothing else is no word."""
    n = 0
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        at = begin
        while at < end:
            word, value, count, seen = at, np.uint64(0), 0, np.uint16(0)
            while at < end:
                code = code_at(data, at)
                kind = bits[code]
                if kind & SPACE:
                    break
                if not kind & ASCII_SIGN:
                    value = fold(value, lower[code])
                    count += 1
                seen |= kind
                at += width_at(data, at)
            if count:
                start[n], size_bytes[n], chars[n] = word - begin, at - word, count
                kinds[n], hashes[n] = seen, finish(value)
                n += 1
            if at < end:
                at += width_at(data, at)
        first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def scan_runs(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    lower: np.ndarray,
    member: int,
    first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    chars: np.ndarray,
    kinds: np.ndarray,
    hashes: np.ndarray,
) -> int:
    """Runs of characters with the class bit `member`, lower-cased; one that stands ALONE is a word by itself."""
    n = 0
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        at = begin
        while at < end:
            code = code_at(data, at)
            kind = bits[code]
            if not kind & member:
                at += width_at(data, at)
                continue
            word, value, count, seen = at, np.uint64(0), 0, np.uint16(0)
            while kind & member and not (count and kind & ALONE):
                value = fold(value, lower[code])
                count += 1
                seen |= kind
                at += width_at(data, at)
                if at >= end or kind & ALONE:
                    break
                code = code_at(data, at)
                kind = bits[code]
            start[n], size_bytes[n], chars[n] = word - begin, at - word, count
            kinds[n], hashes[n] = seen, finish(value)
            n += 1
        first[d + 1] = n
    return n
