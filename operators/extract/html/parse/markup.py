"""What is no text: comments, declarations, and the content of raw-text elements.

Source: HTML Living Standard 13.2.5.41-52 (comments), 13.2.5.9-11 (raw text).
"""

import numpy as np

from corpusmill.operators.extract.html.base.characters import LOWER
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import find_byte
from corpusmill.operators.text.kernel import njit


@njit(cache=True, nogil=True)
def after_comment(src: np.ndarray, i: Int, n: Int) -> Int:
    """Position after the comment, doctype, instruction or bogus end tag that begins at `src[i]` ("<")."""
    if not (i + 3 < n and src[i + 1] == 33 and src[i + 2] == 45 and src[i + 3] == 45):
        return min(find_byte(src, i + 2, n, 62) + 1, n)
    j = i + 4
    if j < n and src[j] == 62:
        return j + 1
    if j + 1 < n and src[j] == 45 and src[j + 1] == 62:
        return j + 2
    j = find_byte(src, j + 2, n, 62)
    while j < n:
        if src[j - 1] == 45 and src[j - 2] == 45:
            return j + 1
        if src[j - 1] == 33 and src[j - 2] == 45 and src[j - 3] == 45 and j >= i + 7:
            return j + 1
        j = find_byte(src, j + 1, n, 62)
    return n


@njit(cache=True, nogil=True)
def end_of_raw_text(src: np.ndarray, i: Int, n: Int, name: Int, name_end: Int) -> Int:
    """Position of the `</name` that ends the element, where the name is src[name:name_end]; n when there is none."""
    length = name_end - name
    i = find_byte(src, i, n, 60)
    while i + 2 + length <= n:
        if src[i + 1] == 47:
            same = 0
            while same < length and LOWER[src[i + 2 + same]] == LOWER[src[name + same]]:
                same += 1
            if same == length:
                return i
        i = find_byte(src, i + 1, n, 60)
    return n
