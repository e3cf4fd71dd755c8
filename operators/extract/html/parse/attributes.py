"""The attributes of one tag: class words hashed, hidden or not, and where a wanted value lies.

Source: HTML Living Standard 13.2.5.32-40 (attribute states).
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.characters import LOWER, NAME_CLASS
from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, UPPER, fnv1a, fold32, folded, hash_value
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import WIDTH, find_byte
from corpusmill.operators.extract.html.base.short_names import key_of_name, name_key
from corpusmill.operators.extract.html.base.vectors import bytes_of, trailing_zeros
from corpusmill.operators.extract.html.base.workspace import MOST_WORDS, VALUES, Workspace
from corpusmill.operators.text.kernel import njit

CLASS, ID, ROLE, ITEMPROP, STYLE, HIDDEN, ARIA_HIDDEN = (
    key_of_name(name) for name in (b"class", b"id", b"role", b"itemprop", b"style", b"hidden", b"aria-hidden")
)
SIGNATURE = np.uint64(0x7FFFFF)
HIDDEN_WORD = np.uint32(12345)  # stands among class words for "this element is hidden"
OF_CLASS, OF_ROLE = 1, 3  # seeds: class and id share one, role and itemprop the other
LONGEST_CLASS_BYTES, LONGEST_ID_BYTES = 256, 64  # a class attribute is read so far, id, role and itemprop
SPREAD, TO_PLACE = np.uint64(0x9E3779B97F4A7C15), np.uint64(64 - (VALUES - 1).bit_length())
COMMENT_WORDS = np.array(
    [
        folded(fnv1a(w, OF_CLASS))
        for w in (b"comment", b"comments", b"commentlist", b"commentaires", b"kommentare", b"disqus", b"respond")
    ],
    np.uint32,
)
ends_name = bytes_of((0, 32), (47, 47), (61, 62))  # white space / = >
ends_value = bytes_of((0, 32), (62, 62))
equals_or_end = bytes_of((61, 62))
MAY_BE_COMMENT = np.zeros(256, np.bool_)  # by the last byte of a hash: whether one of COMMENT_WORDS ends so
MAY_BE_COMMENT[COMMENT_WORDS & 255] = True


@njit(cache=True, nogil=True, forceinline=True)
def _end_of_name(src: np.ndarray, first: Int, n: Int) -> Int:
    """Position after the name that begins at `first`, which may itself be "="."""
    j = first + 1
    while j + WIDTH <= n:
        found = ends_name(src, j)
        if found:
            return j + trailing_zeros(found)
        j += WIDTH
    while j < n and src[j] > 32 and src[j] != 62 and src[j] != 47 and src[j] != 61:
        j += 1
    return j


@njit(cache=True, nogil=True, forceinline=True)
def _end_of_bare_value(src: np.ndarray, j: Int, n: Int) -> Int:
    """Position after the value without quotes that begins at `j`."""
    while j + WIDTH <= n:
        found = ends_value(src, j)
        if found:
            return j + trailing_zeros(found)
        j += WIDTH
    while j < n and src[j] > 32 and src[j] != 62:
        j += 1
    return j


@njit(cache=True, nogil=True)
def next_attribute(src: np.ndarray, j: Int, n: Int) -> tuple[Int, Int, Int, Int]:
    """(`name_key`, value start, value end, position after); the key is 0 at the end of the tag, position on ">"."""
    while j < n and (src[j] <= 32 or src[j] == 47):
        j += 1
    if j >= n or src[j] == 62:
        return np.uint64(0), j, j, j
    first = j
    j = _end_of_name(src, first, n)
    key = name_key(src, first, j, n)
    while j < n and src[j] <= 32:
        j += 1
    start, end = j, j
    if j < n and src[j] == 61:
        j += 1
        while j < n and src[j] <= 32:
            j += 1
        if j < n and (src[j] == 34 or src[j] == 39):
            start = j + 1
            end = find_byte(src, start, n, src[j])
            j = end + 1
        else:
            start = j
            j = end = _end_of_bare_value(src, j, n)
    return key, start, end, min(j, n)


@njit(cache=True, nogil=True)
def end_of_tag(src: np.ndarray, j: Int, n: Int) -> Int:
    """Position of the ">" that ends the tag, quoted values passed over; n when there is none."""
    while j < n:
        if j + WIDTH <= n:
            found = equals_or_end(src, j)
            if not found:
                j += WIDTH
                continue
            j += trailing_zeros(found)
        if src[j] == 62:
            return j
        is_equals = src[j] == 61
        j += 1
        if is_equals:
            while j < n and src[j] <= 32:
                j += 1
            if j < n and (src[j] == 34 or src[j] == 39):
                j = find_byte(src, j + 1, n, src[j]) + 1
    return n


@njit(cache=True, nogil=True)
def hash_words(src: np.ndarray, start: Int, end: Int, seed: Int, names: np.ndarray, count: Int, most: Int) -> Int:
    """Hashes of the words of src[start:end] (split at non-letters and at camelCase) into `names`; the new count."""
    room = min(count + most, names.shape[0])
    h = BASIS ^ np.uint64(seed)
    letters, before = 0, 0
    for j in range(start, end + 1):
        kind = np.int64(NAME_CLASS[src[j]]) if j < end else 0
        if kind == 0 or (kind == 2 and before == 1):
            if letters >= 2 and count < room:
                names[count] = fold32(h)
                count += 1
            h = BASIS ^ np.uint64(seed)
            letters = 0
        if kind:
            h = (h ^ np.uint64(LOWER[src[j]])) * PRIME
            letters += 1
        before = kind
    return count


@njit(cache=True, nogil=True)
def _says_display_none(src: np.ndarray, start: Int, end: Int) -> bool:
    """Whether a style attribute says `display: none`."""
    for j in range(start + 8, end - 3):
        if src[j] == 110 and src[j + 1] == 111 and src[j + 2] == 110 and src[j + 3] == 101:
            k = j - 1
            while k > start and (src[k] == 58 or src[k] <= 32):
                k -= 1
            if k >= start + 2 and src[k] == 121 and src[k - 1] == 97 and src[k - 2] == 108:
                return True
    return False


@njit(cache=True, nogil=True, forceinline=True)
def _remembered_words(
    src: np.ndarray, start: Int, end: Int, value: Int, seed: Int, ws: Workspace, count: Int, most: Int
) -> Int:
    """`hash_words`, but of a value that the page had before they are remembered: most values stand in many tags.

    value: the `hash_value` of what is read.
    """
    if count + most > ws.names.shape[0]:
        return hash_words(src, start, end, seed, ws.names, count, most)
    key = (value ^ np.uint64(most)) * SPREAD | np.uint64(1)  # the seed goes with the most
    place = np.int64(key >> TO_PLACE)
    if ws.values[place] != key:
        after = hash_words(src, start, end, seed, ws.names, count, most)
        ws.values[place], ws.value_counts[place] = key, after - count
        for k in range(after - count):
            ws.value_words[place, k] = ws.names[count + k]
        return after
    found = ws.value_counts[place]
    for k in range(found):
        ws.names[count + k] = ws.value_words[place, k]
    return count + found


@njit(cache=True, nogil=True, forceinline=True)
def read_attributes(src: np.ndarray, j: Int, n: Int, ws: Workspace, is_block: bool) -> Int:
    """Reads the tag's attributes from `j`: class words to `names`, A_* to the state; position of the ">"."""
    st, names = ws.state, ws.names
    st[C.A_SIGNATURE] = 0
    hidden = False
    count = st[C.NAMES]
    first = count
    while True:
        h, start, end, j = next_attribute(src, j, n)
        if h == np.uint64(0):
            break
        stop, seed, most = end, 0, 0
        if h == CLASS:
            stop, seed, most = min(end, start + LONGEST_CLASS_BYTES), OF_CLASS, MOST_WORDS
        elif h == ID:
            stop, seed, most = min(end, start + LONGEST_ID_BYTES), OF_CLASS, 6
        elif h in (ROLE, ITEMPROP):
            stop, seed, most = min(end, start + LONGEST_ID_BYTES), OF_ROLE, 4
        elif h == HIDDEN:
            hidden = True
        elif h == ARIA_HIDDEN:
            hidden = hidden or end - start == 4  # "true"
        elif h == STYLE:
            hidden = hidden or _says_display_none(src, start, min(end, start + 256))
        if most:
            value = hash_value(src, start, stop)
            if h == CLASS and is_block and end - start < 4096:
                whole = value if stop == end else hash_value(src, start, end)
                st[C.A_SIGNATURE] = np.int64(whole >> UPPER & SIGNATURE)
            count = _remembered_words(src, start, stop, value, seed, ws, count, most)
    st[C.A_COMMENTS] = 0
    if is_block:
        for k in range(first, count):
            if MAY_BE_COMMENT[names[k] & np.uint32(255)]:
                for word in COMMENT_WORDS:
                    if names[k] == word:
                        st[C.A_COMMENTS] = C.IN_COMMENTS
    if hidden and count < names.shape[0]:
        names[count] = HIDDEN_WORD
        count += 1
    st[C.NAMES] = count
    return j
