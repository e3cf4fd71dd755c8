"""Takes the bytes of a page that a reader sees, in whatever encoding that keeps ASCII where it is.

Source:   WHATWG HTML, section 13.2.5 (how tags, comments, scripts and styles begin and end).
Deviates: a "<" that no ">" follows within 8 kB is text; entities stay as they are written.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit

LONGEST_TAG_BYTES = 8192
RAW_NAMES = (b"script", b"style")
_NAMES = np.zeros((len(RAW_NAMES), 8), np.uint8)
for _row, _name in enumerate(RAW_NAMES):
    _NAMES[_row, 0] = len(_name)
    _NAMES[_row, 1 : 1 + len(_name)] = list(_name)


@njit(cache=True, nogil=True)
def visible(page: np.ndarray, tags: bool) -> np.ndarray:
    """The text of a page as uint8: each tag, comment, script, style and run of white space is one space.

    page: uint8. tags: whether "<" may begin one; if not, only white space is made one space. Time is linear.
    """
    end = page.shape[0]
    out = np.empty(end + 1, np.uint8)
    count = 0
    blank = True  # no space at the front
    close = np.int64(-1)  # the next ">"
    comments = True  # whether a comment may still end
    i = np.int64(0)
    while i < end:
        c = page[i]
        after = i + 1
        if tags and c == 60 and i + 1 < end and _begins_markup(page[i + 1]):
            is_comment = i + 3 < end and page[i + 1] == 33 and page[i + 2] == 45 and page[i + 3] == 45
            if is_comment:
                found = _after_comment(page, i + 4) if comments else np.int64(-1)
                comments = found >= 0
            else:
                while close < i or (close < end and page[close] != 62):
                    close = max(close, i) + 1
                found = _after_raw(page, i + 1, close) if close < min(end, i + LONGEST_TAG_BYTES) else np.int64(-1)
            if found >= 0:
                after, c = found, np.uint8(32)
        if c <= 32 and c != 27:
            if not blank:
                out[count] = 32
                count += 1
            blank = True
        else:
            out[count] = c
            count += 1
            blank = False
        i = after
    return out[:count]


@njit(cache=True, nogil=True)
def _begins_markup(byte: int) -> bool:
    """Whether a byte after "<" makes it markup: a letter, "/", "!" or "?"."""
    return bool(97 <= (byte | 32) <= 122 or byte == 47 or byte == 33 or byte == 63)


@njit(cache=True, nogil=True)
def _after_comment(page: np.ndarray, i: int) -> int:
    """Past the first "-->" from `i` on, -1 for none."""
    for k in range(i, page.shape[0] - 2):
        if page[k] == 45 and page[k + 1] == 45 and page[k + 2] == 62:
            return k + 3
    return -1


@njit(cache=True, nogil=True)
def _after_raw(page: np.ndarray, name: int, close: int) -> int:
    """Past the tag whose name begins at `name` and whose ">" is at `close`; of a script or style, to its end tag."""
    end = page.shape[0]
    for row in range(_NAMES.shape[0]):
        if _named(page, name, _NAMES[row]):
            for k in range(close + 1, end - 1):
                if page[k] == 60 and page[k + 1] == 47 and _named(page, k + 2, _NAMES[row]):
                    return k
            return end
    return close + 1


@njit(cache=True, nogil=True)
def _named(page: np.ndarray, i: int, name: np.ndarray) -> bool:
    """Whether a tag's name at `i`, in either case, is `name` (its length, then small letters)."""
    size = np.int64(name[0])
    if i + size >= page.shape[0]:
        return False
    for k in range(size):
        if page[i + k] | 32 != name[1 + k]:
            return False
    return not 97 <= (page[i + size] | 32) <= 122
