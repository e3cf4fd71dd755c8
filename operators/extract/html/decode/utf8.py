"""Whether bytes are UTF-8, without leaving the kernel.

Source: Unicode 17, table 3-7 (well-formed UTF-8 byte sequences).
"""

import numpy as np

from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import after_ascii, find_byte
from corpusmill.operators.text.kernel import njit

ESCAPE, TILDE, BRACE = 0x1B, 0x7E, 0x7B


@njit(cache=True, nogil=True)
def is_utf8(data: np.ndarray, start: Int, end: Int) -> bool:
    """Whether data[start:end] decodes as strict UTF-8, as `bytes.decode` does."""
    i = start
    while i < end:
        c = data[i]
        if c < 0x80:
            i = max(after_ascii(data, i, end), i + 1)
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


@njit(cache=True, nogil=True)
def has_escape(data: np.ndarray, start: Int, end: Int) -> bool:
    """Whether data[start:end] holds an escape byte or "~{": ISO-2022 and HZ write other scripts in ASCII bytes so."""
    if find_byte(data, start, end, ESCAPE) < end:
        return True
    i = find_byte(data, start, end, TILDE)
    while i + 1 < end:
        if data[i + 1] == BRACE:
            return True
        i = find_byte(data, i + 1, end, TILDE)
    return False
