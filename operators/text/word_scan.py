"""Kernels that walk over UTF-8 once and write down every word.

`scan_spaced` and `scan_runs` have the same loops but for what ends a word and whether it is lower-cased. Both are asked
at every character, the hottest place of all, so one loop for both would have a branch more there.
"""

from typing import Any, NamedTuple

import numpy as np

from corpusmill.operators.text.hashing import finish, fold, fold_shown
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.unicode_table import ALONE, ASCII_SIGN, JOINS, LEADS, SPACE, WORD
from corpusmill.operators.text.utf8 import code_at, width_at

_COUNTED = 64  # bytes that are counted in one byte, two words each at most


class Found(NamedTuple):
    """Where words are written; the fields are those of words.Words, with room for `most_words`."""

    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray
    chars: np.ndarray
    kinds: np.ndarray
    hashes: np.ndarray


@njit(nogil=True, cache=True)
def put_word(out: Found, n: int, start: int, size_bytes: int, chars: int, seen: Any, value: np.uint64) -> int:
    """Writes down word n; the number of the next."""
    place = np.uintp(n)
    out.start[place], out.size_bytes[place], out.chars[place] = start, size_bytes, chars
    out.kinds[place], out.hashes[place] = seen, finish(value)
    return n + 1


@njit(nogil=True, cache=True)
def most_words(data: np.ndarray, offsets: np.ndarray, spaced: bool) -> int:
    """No fewer words than there are in all documents, by the rules that part them at white space or by `scan_runs`."""
    n = len(offsets) - 1
    base, size = np.uintp(offsets[0]), offsets[-1] - offsets[0]
    for at in range(0, size, _COUNTED):
        place, count = base + np.uintp(at), np.uint8(0)  # a byte holds it, so LLVM adds up 32 at a time
        for i in range(min(size - at, _COUNTED)):
            byte = data[place + np.uintp(i)]
            if spaced:  # white space is ASCII up to 32 or begins with one of four bytes
                ends = np.uint8((byte <= 32) | (byte == 0xC2) | ((byte >= 0xE1) & (byte <= 0xE3)))
            else:  # a character from U+0800 on may be a word and have one behind it
                folded = byte | np.uint8(0x20)
                part = (byte < 0x80) & ~(((folded >= 97) & (folded <= 122)) | ((byte >= 48) & (byte <= 57)))
                ends = np.uint8(np.uint8(part | (byte >= 0xC0)) + np.uint8(byte >= 0xE0))
            count = np.uint8(count + ends)
        n += int(count)
    if spaced:
        return n
    return min(n, (size + len(offsets) - 1) // 2 + 1)  # a word takes a byte and one to part it from the next, or three


@njit(nogil=True, cache=True)
def scan_spaced(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    out: Found,
) -> int:
    """Words between white space, as written. Returns how many were found in all documents."""
    n = 0
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        at = begin
        while at < end:
            if bits[np.uintp(code_at(data, at))] & SPACE:
                at += width_at(data, at)
                continue
            word, value, count, seen = at, np.uint64(0), 0, np.uint16(0)
            while at < end:
                run = at
                while at < end:  # ASCII, most of most texts
                    byte = data[np.uintp(at)]
                    kind = bits[np.uintp(byte)]
                    if byte >= 0x80 or kind & SPACE or byte == 0:
                        break
                    value = fold_shown(value, byte)
                    seen |= kind
                    at += 1
                count += at - run
                if at >= end or 0 < data[np.uintp(at)] < 0x80:
                    break
                code = code_at(data, at)
                kind = bits[np.uintp(code)]
                if kind & SPACE:
                    break
                value = fold(value, code)
                seen |= kind
                count += 1
                at += width_at(data, at)
            n = put_word(out, n, word - begin, at - word, count, seen, value)
        out.first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def scan_bare(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    lower: np.ndarray,
    out: Found,
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
                n = put_word(out, n, word - begin, at - word, count, seen, value)
            if at < end:
                at += width_at(data, at)
        out.first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def scan_runs(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    lower: np.ndarray,
    member: int,
    out: Found,
) -> int:
    """Runs of characters with the class bit `member`, lower-cased; one that stands ALONE is a word by itself.

    It takes the marks and vowel signs that belong to it along where marks are members.
    """
    n, whole = 0, member == WORD
    for d in range(len(offsets) - 1):
        begin, end = offsets[d], offsets[d + 1]
        at = begin
        while at < end:
            if not bits[np.uintp(code_at(data, at))] & member:
                at += width_at(data, at)
                continue
            word, value, count, seen = at, np.uint64(0), 0, np.uint16(0)
            while at < end:
                run = at
                while at < end:  # ASCII, most of most texts; none of it stands alone
                    byte = data[np.uintp(at)]
                    kind = bits[np.uintp(byte)]
                    if byte >= 0x80 or not kind & member:
                        break
                    value = fold(value, lower[np.uintp(byte)])
                    seen |= kind
                    at += 1
                count += at - run
                if at >= end or data[np.uintp(at)] < 0x80:
                    break
                code = code_at(data, at)
                kind = bits[np.uintp(code)]
                if not kind & member or (count and kind & ALONE):
                    break
                value = fold(value, lower[np.uintp(code)])
                seen |= kind
                count += 1
                at += width_at(data, at)
                if kind & ALONE:
                    while at < end and whole:  # its marks and vowel signs
                        leads = kind & LEADS
                        code = code_at(data, at)
                        kind = bits[np.uintp(code)]
                        if not (kind & member and kind & ALONE and (leads or kind & JOINS)):
                            break
                        value = fold(value, lower[np.uintp(code)])
                        seen |= kind
                        count += 1
                        at += width_at(data, at)
                    break
            n = put_word(out, n, word - begin, at - word, count, seen, value)
        out.first[d + 1] = n
    return n
