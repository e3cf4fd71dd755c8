"""Heads of many WARC records at one go, where they are as nearly all are.

`warc_head` is the specification. What is rare (lines that end with LF only, folded lines, a length that is no number)
is not sound here, and is read there.
"""

from dataclasses import dataclass

import numpy as np

from corpusmill.operators.readers.framing.grammar import MAX_HEAD_BYTES
from corpusmill.operators.text.kernel import njit

# The fields that are looked for, lower-cased. Where each lies in `Heads.values`:
LENGTH, KIND, URI, DATE, ID, LANGUAGE = range(6)
NAMES = (
    b"content-length",
    b"warc-type",
    b"warc-target-uri",
    b"warc-date",
    b"warc-record-id",
    b"warc-identified-content-language",
)
ROOM = max(map(len, NAMES))
NAME_BYTES = np.frombuffer(b"".join(n.ljust(ROOM, b"\0") for n in NAMES), np.uint8).reshape(len(NAMES), ROOM)
NAME_LENGTHS = np.array([len(n) for n in NAMES], np.int64)
MOST_DIGITS = 18
VERSION_MARK = np.frombuffer(b"WARC/", np.uint8)
MOST_BLANKS = 8  # behind the version
TAB, LF, CR, SPACE, COLON, POINT = 9, 10, 13, 32, 58, 46


@dataclass(frozen=True, kw_only=True)
class Heads:
    """sizes: int64[n], bytes of each head, -1 where it is not sound; blocks: int64[n], bytes of the block behind it.

    values: int64[n, 6, 2], where each field of `NAMES` begins and ends in the bytes, white space around it left out;
    -1 where there is none. Of a field that comes twice the first.
    """

    sizes: np.ndarray
    blocks: np.ndarray
    values: np.ndarray


def heads(data: bytes, starts: np.ndarray) -> Heads:
    """The heads of the records that begin at starts[:-1]; starts[-1] is where the last one's bytes end."""
    count = len(starts) - 1
    found = Heads(
        sizes=np.full(count, -1, np.int64),
        blocks=np.zeros(count, np.int64),
        values=np.full((count, len(NAMES), 2), -1, np.int64),
    )
    flat = np.frombuffer(data, np.uint8)
    _heads(flat, starts, NAME_BYTES, NAME_LENGTHS, found.sizes, found.blocks, found.values)
    return found


def whole(data: bytes, starts: np.ndarray, max_bytes: int) -> int:
    """How many of the stretches, from the first, are one whole record each: a head, its block, CR LF CR LF."""
    found, flat = heads(data, starts), np.frombuffer(data, np.uint8)
    fits = (found.sizes >= 0) & (found.blocks <= max_bytes)
    fits &= found.sizes + found.blocks + 4 == np.diff(starts)
    last = np.maximum(starts[1:], 4)
    for back, byte in ((4, CR), (3, LF), (2, CR), (1, LF)):
        fits &= flat[last - back] == byte if len(flat) >= 4 else False
    return len(fits) if fits.all() else int(np.argmin(fits))


@njit(nogil=True, cache=True)
def _heads(
    data: np.ndarray, starts: np.ndarray, names: np.ndarray, name_lengths: np.ndarray, sizes: np.ndarray,
    blocks: np.ndarray, values: np.ndarray,
) -> None:  # fmt: skip
    for i in range(len(sizes)):
        end = min(starts[i + 1], starts[i] + MAX_HEAD_BYTES)
        at = _behind_version(data, starts[i], end)
        while 0 <= at < end:
            close = _line_end(data, at, end)
            if close < 0 or data[at] == SPACE or data[at] == TAB:
                break
            if close == at:
                blocks[i] = _number(data, values[i, LENGTH, 0], values[i, LENGTH, 1])
                if blocks[i] >= 0:
                    sizes[i] = close + 2 - starts[i]
                break
            _field(data, at, close, names, name_lengths, values[i])
            at = close + 2


@njit(nogil=True, cache=True)
def _behind_version(data: np.ndarray, begin: int, end: int) -> int:
    """Where the line behind `WARC/1.0` begins; -1 if there is no such line."""
    if end - begin < len(VERSION_MARK) + 5:
        return -1
    for k in range(len(VERSION_MARK)):
        if data[begin + k] != VERSION_MARK[k]:
            return -1
    at = begin + len(VERSION_MARK)
    if not (48 <= data[at] <= 49 and data[at + 1] == POINT and 48 <= data[at + 2] <= 57):
        return -1
    at += 3
    if at < end and 48 <= data[at] <= 57:
        at += 1
    blanks = 0
    while at < end and (data[at] == SPACE or data[at] == TAB):
        at += 1
        blanks += 1
    if blanks > MOST_BLANKS or at + 1 >= end or data[at] != CR or data[at + 1] != LF:
        return -1
    return at + 2


@njit(nogil=True, cache=True)
def _line_end(data: np.ndarray, at: int, end: int) -> int:
    """Where the CR LF is that ends the line; -1 if it ends otherwise, or not before `end`."""
    while at < end and data[at] != LF:
        at += 1
    if at >= end or at == 0 or data[at - 1] != CR:
        return -1
    return at - 1


@njit(nogil=True, cache=True)
def _field(
    data: np.ndarray, at: int, close: int, names: np.ndarray, name_lengths: np.ndarray, values: np.ndarray
) -> None:
    """Note where the value of `name: value` lies, if the name is one of `names` and is the first of it."""
    colon = at
    while colon < close and data[colon] != COLON:
        colon += 1
    if colon == close:
        return
    begin, end = _trimmed(data, at, colon)
    for k in range(len(name_lengths)):
        if name_lengths[k] == end - begin and values[k, 0] < 0 and _same(data, begin, names[k], name_lengths[k]):
            values[k, 0], values[k, 1] = _trimmed(data, colon + 1, close)
            return


@njit(nogil=True, cache=True)
def _same(data: np.ndarray, begin: int, name: np.ndarray, length: int) -> bool:
    for j in range(length):
        byte = data[begin + j]
        if 65 <= byte <= 90:
            byte += 32
        if byte != name[j]:
            return False
    return True


@njit(nogil=True, cache=True)
def _trimmed(data: np.ndarray, begin: int, end: int) -> tuple[int, int]:
    """Without the white space around it, as `bytes.strip` has it."""
    while begin < end and (data[begin] == SPACE or TAB <= data[begin] <= CR):
        begin += 1
    while end > begin and (data[end - 1] == SPACE or TAB <= data[end - 1] <= CR):
        end -= 1
    return begin, end


@njit(nogil=True, cache=True)
def _number(data: np.ndarray, begin: int, end: int) -> int:
    """Digits as a number; -1 where it is none, or too long."""
    if begin < 0 or begin >= end or end - begin > MOST_DIGITS:
        return -1
    number = 0
    for p in range(begin, end):
        if not 48 <= data[p] <= 57:
            return -1
        number = number * 10 + int(data[p]) - 48
    return number
