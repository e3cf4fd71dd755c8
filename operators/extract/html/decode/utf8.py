"""Whether bytes are UTF-8, without leaving the kernel.

Source: Unicode 17, table 3-7 (well-formed UTF-8 byte sequences).
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import WIDTH
from corpusmill.operators.extract.html.base.vectors import bytes_of, trailing_zeros
from corpusmill.operators.text.kernel import njit

ESCAPE, TILDE, BRACE = 0x1B, 0x7E, 0x7B
needs_a_look = bytes_of((ESCAPE, ESCAPE), (TILDE, TILDE), (128, 255))


@njit(cache=True, nogil=True, forceinline=True)
def _after_ascii(data: np.ndarray, i: Int, end: Int) -> Int:
    """Position of the first byte from `i` on that is not ASCII, or may be part of an escape; or `end`."""
    while i + WIDTH <= end:
        found = needs_a_look(data, i)
        if found:
            return i + trailing_zeros(found)
        i += WIDTH
    while i < end and data[i] < 128 and data[i] != ESCAPE and data[i] != TILDE:
        i += 1
    return i


@njit(cache=True, nogil=True)
def is_utf8_throughout(data: np.ndarray, start: Int, end: Int) -> bool:
    """Whether data[start:end] decodes as strict UTF-8, as `bytes.decode` does, and holds no escape byte and no "~{".

    ISO-2022 and HZ write other scripts in ASCII bytes by these.
    """
    i = np.int64(start)
    while i < end:
        c = data[i]
        if c < 0x80:
            if c == ESCAPE or (c == TILDE and i + 1 < end and data[i + 1] == BRACE):
                return False
            i = _after_ascii(data, i + 1, end)
        elif 0xC2 <= c <= 0xDF:
            if i + 1 >= end or data[i + 1] & 0xC0 != 0x80:
                return False
            i += 2
        elif 0xE0 <= c <= 0xEF:
            if i + 2 >= end or data[i + 1] & 0xC0 != 0x80 or data[i + 2] & 0xC0 != 0x80:
                return False
            if (c == 0xE0 and data[i + 1] < 0xA0) or (c == 0xED and data[i + 1] > 0x9F):
                return False
            i += 3
        elif 0xF0 <= c <= 0xF4:
            if i + 3 >= end:
                return False
            for k in range(1, 4):
                if data[i + k] & 0xC0 != 0x80:
                    return False
            if (c == 0xF0 and data[i + 1] < 0x90) or (c == 0xF4 and data[i + 1] > 0x8F):
                return False
            i += 4
        else:
            return False
    return True
