"""Line breaks in UTF-8: the line feed, and the others of str.splitlines."""

import numpy as np

from corpusmill.operators.text.kernel import njit

_BLOCK = 16
_COUNTED = 128  # bytes that are counted in one byte


@njit(nogil=True, cache=True)
def break_width(data: np.ndarray, at: int, end: int, unicode: bool) -> int:
    """Bytes of the line break that begins at byte `at`, 0 when none does; "\\r\\n" is one break."""
    byte = data[at]
    if byte == 10:
        return 1
    if not unicode or (32 <= byte < 0xC2):
        return 0
    if byte == 13:
        return 2 if at + 1 < end and data[at + 1] == 10 else 1
    if 11 <= byte <= 12 or 28 <= byte <= 30:
        return 1
    if byte == 0xC2:
        return 2 if data[at + 1] == 0x85 else 0
    if byte == 0xE2 and data[at + 1] == 0x80:
        return 3 if data[at + 2] == 0xA8 or data[at + 2] == 0xA9 else 0
    return 0


@njit(nogil=True, cache=True)
def most_lines(data: np.ndarray, offsets: np.ndarray, unicode: bool) -> int:
    """No fewer lines than there are in all documents: bytes that can end a break, and one a document."""
    n, size = len(offsets) - 1, offsets[-1] - offsets[0]
    base = np.uintp(offsets[0])
    for at in range(0, size, _COUNTED):
        place, count = base + np.uintp(at), np.uint8(0)  # a byte holds it, so LLVM adds up 32 at a time
        for i in range(min(size - at, _COUNTED)):
            byte = data[place + np.uintp(i)]
            ends = byte == 10
            if unicode:
                ends |= (byte <= 30) | (byte == 0x85) | (byte == 0xA8) | (byte == 0xA9)
            count = np.uint8(count + np.uint8(ends))
        n += int(count)
    return n


@njit(nogil=True, cache=True)
def line_end(data: np.ndarray, at: int, end: int, unicode: bool) -> int:
    """Where the next line break begins, or `end`. Goes by blocks in which no byte can begin one."""
    while at < end:
        if at + _BLOCK <= end:
            possible, base = False, np.uintp(at)
            for i in range(_BLOCK):
                byte = data[base + np.uintp(i)]
                possible |= (byte < 32) | (unicode & ((byte == 0xC2) | (byte == 0xE2)))
            if not possible:
                at += _BLOCK
                continue
        stop = min(at + _BLOCK, end)
        while at < stop:
            byte = data[at]
            if (byte < 32 or byte == 0xC2 or byte == 0xE2) and break_width(data, at, end, unicode):
                return at
            at += 1
    return end


@njit(nogil=True, cache=True)
def has_other_breaks(data: np.ndarray, begin: int, end: int) -> bool:
    """Whether data[begin:end] has a line break of Unicode that is not "\n"."""
    found, base = False, np.uintp(begin)
    for i in range(end - begin):
        byte = data[base + np.uintp(i)]
        found |= ((byte >= 11) & (byte <= 13)) | ((byte >= 28) & (byte <= 30))
    for i in range(end - begin - 1):
        found |= (data[base + np.uintp(i)] == 0xC2) & (data[base + np.uintp(i + 1)] == 0x85)
    for i in range(end - begin - 2):
        one, two, three = data[base + np.uintp(i)], data[base + np.uintp(i + 1)], data[base + np.uintp(i + 2)]
        found |= (one == 0xE2) & (two == 0x80) & ((three & 0xFE) == 0xA8)
    return found
