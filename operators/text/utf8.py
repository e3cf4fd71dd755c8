"""Reading one character out of UTF-8 bytes, inside kernels. Arrow guarantees the bytes are valid UTF-8."""

import numpy as np

from corpusmill.operators.text.kernel import njit


@njit(nogil=True, cache=True)
def code_at(data: np.ndarray, at: int) -> int:
    """The code point that begins at byte `at`."""
    place = np.uintp(at)
    lead = int(data[place])
    if lead < 0x80:
        return lead
    second = int(data[place + np.uintp(1)]) & 0x3F
    if lead < 0xE0:
        return ((lead & 0x1F) << 6) | second
    third = int(data[place + np.uintp(2)]) & 0x3F
    if lead < 0xF0:
        return ((lead & 0x0F) << 12) | (second << 6) | third
    return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | (int(data[place + np.uintp(3)]) & 0x3F)


@njit(nogil=True, cache=True)
def two_at(data: np.ndarray, at: int) -> int:
    """The code point of two bytes that begins at byte `at`."""
    place = np.uintp(at)
    return ((int(data[place]) & 0x1F) << 6) | (int(data[place + np.uintp(1)]) & 0x3F)


@njit(nogil=True, cache=True)
def three_at(data: np.ndarray, at: int) -> int:
    """The code point of three bytes that begins at byte `at`."""
    place = np.uintp(at)
    high = ((int(data[place]) & 0x0F) << 12) | ((int(data[place + np.uintp(1)]) & 0x3F) << 6)
    return high | (int(data[place + np.uintp(2)]) & 0x3F)


@njit(nogil=True, cache=True)
def four_at(data: np.ndarray, at: int) -> int:
    """The code point of four bytes that begins at byte `at`."""
    place = np.uintp(at)
    high = ((int(data[place]) & 0x07) << 18) | ((int(data[place + np.uintp(1)]) & 0x3F) << 12)
    return high | ((int(data[place + np.uintp(2)]) & 0x3F) << 6) | (int(data[place + np.uintp(3)]) & 0x3F)


@njit(nogil=True, cache=True)
def width_at(data: np.ndarray, at: int) -> int:
    """Bytes taken by the character that begins at byte `at`: 1 to 4."""
    lead = data[np.uintp(at)]
    return 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4


@njit(nogil=True, cache=True)
def start_before(data: np.ndarray, end: int) -> int:
    """Where the character begins that ends just before byte `end`."""
    at = end - 1
    while data[at] & 0xC0 == 0x80:
        at -= 1
    return at


@njit(nogil=True, cache=True)
def count_chars(data: np.ndarray, begin: int, end: int) -> int:
    """Characters in data[begin:end]."""
    n, base = 0, np.uintp(begin)
    for i in range(end - begin):
        n += int((data[base + np.uintp(i)] & 0xC0) != 0x80)
    return n
