"""Kernel: the few places in a batch where a pattern could match, so that patterns run there and nowhere else.

It may point at too much, never at too little: `find.find` is the specification of what comes out in the end.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corpusmill.operators.rewrite.personal.secrets import PREFIXES
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans

SECRET, EMAIL, IBAN, NUMBER, IPV6, PLATE, LONG_NUMBER = 1, 2, 3, 4, 5, 6, 7

DIGIT, NUMERIC, LOCAL, ALNUM, UPPER, HEX, JOINED = 1, 2, 4, 8, 16, 32, 64
MIN_DIGITS = 6  # of a telephone number after "Tel."; a card has 13
MIN_IP_DIGITS = 5  # four one-digit numbers are a version
LONG_DIGITS = 11  # of a Chinese mobile number; identity numbers have 15 or 18, of which the last may be X
HAN_BYTES = 3
PLATE_BYTES = 8  # at most, behind the letter: a dot and six signs


@dataclass(frozen=True, kw_only=True)
class Places:
    """documents, begins, ends (int64; bytes inside the document) and codes (uint8) of places worth a pattern, in order.

    A NUMBER is a whole run of digits and what may stand between them, a LONG_NUMBER one of LONG_DIGITS or more; of the
    others `begins` is where a match would.
    """

    documents: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    codes: np.ndarray


class Prefixes(NamedTuple):
    """data: uint8, prefixes end to end; offsets: int64, where each begins; begins_one: bool[256], of first bytes."""

    data: np.ndarray
    offsets: np.ndarray
    begins_one: np.ndarray


def places(texts: Spans) -> Places:
    room = int((texts.ends - texts.starts).sum()) // 64 + 64
    while True:
        out = np.empty((3, room), np.int64)
        codes = np.empty(room, np.uint8)
        count = _scan(texts.data, texts.starts, texts.ends, _classes(), _prefixes(), out, codes)
        if count <= room:
            return Places(documents=out[0, :count], begins=out[1, :count], ends=out[2, :count], codes=codes[:count])
        room = count


@functools.cache
def _classes() -> np.ndarray:
    """uint8 (256,): the bits above for each byte."""
    table = np.zeros(256, np.uint8)
    for bits, members in (
        (DIGIT, b"0123456789"),
        (NUMERIC, b"0123456789 ./()+-"),
        (LOCAL, b"0123456789._%+-"),
        (ALNUM, b"0123456789"),
        (HEX, b"0123456789abcdefABCDEF"),
        (JOINED, b"0123456789_-"),
    ):
        table[list(members)] |= bits
    letters = [*range(65, 91), *range(97, 123)]
    table[letters] |= LOCAL | ALNUM | JOINED
    table[65:91] |= UPPER
    return table


@functools.cache
def _prefixes() -> Prefixes:
    """The prefixes of secrets."""
    offsets = np.zeros(len(PREFIXES) + 1, np.int64)
    offsets[1:] = np.cumsum([len(prefix) for prefix in PREFIXES])
    begins_one = np.zeros(256, np.bool_)
    begins_one[[prefix[0] for prefix in PREFIXES]] = True
    return Prefixes(np.frombuffer(b"".join(PREFIXES), np.uint8), offsets, begins_one)


@njit(nogil=True, cache=True)
def _has_prefix(data: np.ndarray, p: int, end: int, prefixes: np.ndarray, offsets: np.ndarray) -> bool:
    for i in range(len(offsets) - 1):
        size = offsets[i + 1] - offsets[i]
        if p + size > end:
            continue
        k = 0
        while k < size and data[p + k] == prefixes[offsets[i] + k]:
            k += 1
        if k == size:
            return True
    return False


@njit(nogil=True, cache=True)
def _may_be_plate(data: np.ndarray, p: int, end: int, classes: np.ndarray) -> bool:
    """Whether three digits follow the letter at `p` behind a Han character."""
    if not 0xE4 <= data[p - HAN_BYTES] <= 0xE9:
        return False
    digits = 0
    for q in range(p + 1, min(end, p + 1 + PLATE_BYTES)):
        digits += classes[data[q]] & DIGIT
    return bool(digits >= 3)


@njit(nogil=True, cache=True)
def _scan(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, classes: np.ndarray, sought: Prefixes, out: np.ndarray,
    codes: np.ndarray,
) -> int:  # fmt: skip
    """Fill `out` and `codes` as far as there is room; how many places there are."""
    prefixes, offsets, begins_one = sought
    count = 0
    room = len(codes)
    for i in range(len(starts)):
        start, end = starts[i], ends[i]
        run_end = start  # a run of digits has been looked at up to here
        before = np.uint8(0)  # class of the byte before
        for p in range(start, end):
            byte = data[p]
            kind = classes[byte]
            code, begin, stop = 0, p, end
            if byte == 64:  # @
                if before & LOCAL and p + 1 < end and classes[data[p + 1]] & ALNUM:
                    code = 2  # EMAIL
                    while begin > start and classes[data[begin - 1]] & LOCAL:
                        begin -= 1
                        if p - begin > 64:
                            code = 0
                            break
            elif (kind & DIGIT or byte == 43 or byte == 40) and p >= run_end:  # digit + (
                digits, dots, q = 0, 0, p
                while q < end and classes[data[q]] & NUMERIC:
                    digits += classes[data[q]] & DIGIT
                    dots += data[q] == 46
                    q += 1
                run_end = q
                if digits >= MIN_DIGITS or (dots >= 3 and digits >= MIN_IP_DIGITS):
                    code, stop = 7 if digits >= LONG_DIGITS else 4, q  # LONG_NUMBER, NUMBER
                    if count < room:
                        out[0, count], out[1, count], out[2, count], codes[count] = i, p - start, q - start, code
                    count += 1
                    code = 0
            if (byte == 50 or byte == 51) and not before & ALNUM and p + 5 < end and data[p + 4] == 58:  # 2 3 :
                hexes = classes[data[p + 1]] & classes[data[p + 2]] & classes[data[p + 3]]
                code = 5 if hexes & HEX else 0  # IPV6
            elif kind & UPPER and not before & ALNUM and p + 3 < end:
                digits_follow = classes[data[p + 2]] & classes[data[p + 3]] & DIGIT
                code = 3 if digits_follow and classes[data[p + 1]] & UPPER else 0  # IBAN
                if p - start >= HAN_BYTES and data[p - 1] >= 0x80 and _may_be_plate(data, p, end, classes):
                    code, begin = 6, p - HAN_BYTES  # PLATE
            may_begin = code == 0 and begins_one[byte] and (not before & JOINED or byte == 45)
            if may_begin and _has_prefix(data, p, end, prefixes, offsets):
                code = 1  # SECRET
            if code:
                if count < room:
                    out[0, count], out[1, count], out[2, count], codes[count] = i, begin - start, stop - start, code
                count += 1
            before = kind
    return count
