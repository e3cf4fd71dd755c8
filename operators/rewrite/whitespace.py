"""White space written one way: line feeds, single spaces, no blank space at line ends, few blank lines.

Source:   Unicode 14, PropList.txt (White_Space) and section 5.8 (newline functions).
Deviates: indentation stays unless asked otherwise: code, poetry and lists are written with it.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import spans_of, text_from

SPACES = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
RUN = re.compile(f"[{SPACES}]+")


def tidy(text: str, keep_indent: bool, max_blank_lines: int) -> str:
    """`text` with one line feed a line, one space between words, none at line ends, and blank lines cut down.

    Blank lines at the beginning and at the end go.

    >>> tidy("\\r\\n a  b \\u00a0c \\r\\n\\n\\n\\n\\td\\n", keep_indent=True, max_blank_lines=1)
    ' a b c\\n\\n\\td'
    >>> tidy(" a\\n\\n\\n\\td", keep_indent=False, max_blank_lines=0)
    'a\\nd'
    """
    lines: list[str] = []
    blank = 0
    for line in BREAK.split(text):
        core = line.strip(SPACES)
        if not core:
            blank += 1
            continue
        indent = line[: len(line) - len(line.lstrip(SPACES))] if keep_indent else ""
        lines += [""] * min(blank, max_blank_lines if lines else 0)
        lines.append(indent + RUN.sub(" ", core))
        blank = 0
    return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class Whitespace(Rewrite):
    """Adds `whitespace_chars_removed`: characters of text before less characters after."""

    keep_indent: bool = True
    max_blank_lines: int = 1

    adds: ClassVar[Columns] = {"whitespace_chars_removed": pa.int32()}

    def __post_init__(self) -> None:
        if self.max_blank_lines < 0:
            raise ValueError(f"max_blank_lines must be at least 0, got {self.max_blank_lines}")

    def rewrite(self, batch: Batch) -> Arrays:
        column = batch.column("text")
        texts = spans_of(column)
        out = np.empty(int((texts.ends - texts.starts).sum()), np.uint8)
        ends = np.empty(len(texts.starts), np.int64)
        removed = np.empty(len(texts.starts), np.int32)
        size = _tidy(
            texts.data, texts.starts, texts.ends, self.keep_indent, self.max_blank_lines, out, ends, removed
        )  # fmt: skip
        null = column.is_null().to_numpy(zero_copy_only=False)
        return {"text": text_from(out[:size], ends, null), "whitespace_chars_removed": pa.array(removed)}


@njit(nogil=True, cache=True, forceinline=True)
def _space_width(data: np.ndarray, p: int, end: int) -> int:
    """Bytes of the space at `p`, 0 if there is none."""
    byte = data[p]
    if byte == 32 or byte == 9:
        return 1
    if byte == 0xC2 and p + 1 < end and data[p + 1] == 0xA0:
        return 2
    if p + 2 < end and byte >= 0xE1 and byte <= 0xE3:
        b, c = data[p + 1], data[p + 2]
        if byte == 0xE2 and b == 0x80 and ((c >= 0x80 and c <= 0x8A) or c == 0xAF):
            return 3
        if (byte == 0xE2 and b == 0x81 and c == 0x9F) or (byte == 0xE3 and b == 0x80 and c == 0x80):
            return 3
        if byte == 0xE1 and b == 0x9A and c == 0x80:
            return 3
    return 0


@njit(nogil=True, cache=True, forceinline=True)
def _break_width(data: np.ndarray, p: int, end: int) -> int:
    """Bytes of the line end at `p`, 0 if there is none."""
    byte = data[p]
    if byte == 13:
        return 2 if p + 1 < end and data[p + 1] == 10 else 1
    if byte >= 10 and byte <= 12:
        return 1
    if byte == 0xC2 and p + 1 < end and data[p + 1] == 0x85:
        return 2
    if byte == 0xE2 and p + 2 < end and data[p + 1] == 0x80 and (data[p + 2] == 0xA8 or data[p + 2] == 0xA9):
        return 3
    return 0


@njit(nogil=True, cache=True)
def _tidy(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, keep_indent: bool, max_blank: int, out: np.ndarray,
    out_ends: np.ndarray, removed: np.ndarray,
) -> int:  # fmt: skip
    """Fill `out`; how many bytes. Characters are counted as bytes that do not continue one."""
    at = 0
    for i in range(len(starts)):
        begin, end, first_out = starts[i], ends[i], at
        p, line, blank = begin, begin, 0
        fresh, gap = True, False  # nothing but spaces in this line yet; spaces since the last character
        chars = 0
        while p < end:
            byte = data[p]
            width = 0
            if byte <= 32 or byte == 0xC2 or (byte >= 0xE1 and byte <= 0xE3):
                width = _break_width(data, p, end)
                if width:
                    blank += 1
                    line = p + width
                    fresh, gap = True, False
                else:
                    width = _space_width(data, p, end)
                    gap = gap or width > 0
                if width:
                    chars += 1 + (byte == 13 and width == 2)
                    p += width
                    continue
            if fresh:
                # `blank` line ends since the last line with text: all but one are blank lines, or all at the beginning
                breaks = 0 if at == first_out else 1 + min(blank - 1, max_blank)
                for _ in range(breaks):
                    out[at] = 10
                    at += 1
                    chars -= 1
                if keep_indent:
                    for q in range(line, p):
                        out[at] = data[q]
                        chars -= (data[q] & 0xC0) != 0x80
                        at += 1
                fresh, blank = False, 0
            elif gap:
                out[at] = 32
                at += 1
                chars -= 1
            gap = False
            out[at] = byte
            at += 1
            p += 1
        removed[i] = chars
        out_ends[i] = at
    return at
