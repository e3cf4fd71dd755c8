"""The words of one block: how many, hashes and weights of the first ones, how many of them the title has.

The plain words for it are in `plain.text`. Words are found 64 bytes at a time; only the first ones are hashed.
"""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.characters import LOWER, WORD
from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fold32
from corpusmill.operators.extract.html.base.lookup import weight_of
from corpusmill.operators.extract.html.base.scalars import Int
from corpusmill.operators.extract.html.base.scan import ONE, WIDTH, ZERO, lowest
from corpusmill.operators.extract.html.base.vectors import bytes_of, ones, trailing_zeros
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.text.kernel import njit

TITLE_SLOTS = 256
TITLE_BYTES = 400  # of the title are compared with a block
TITLE_WORDS = 40  # of a block are compared with the title
WORD_MARK = np.uint64(7)  # the three bytes of one
in_word = bytes_of((48, 57), (65, 90), (97, 122), (128, 255))
begins_word_mark = bytes_of((0xE0, 0xE1))


@njit(cache=True, nogil=True, forceinline=True)
def _is_word_mark(text: np.ndarray, j: Int, end: Int) -> bool:
    """Whether a character that parts words as a space does begins here: Ethiopic U+1361, Tibetan U+0F0B."""
    c = text[j]
    if (c != 0xE1 and c != 0xE0) or j + 2 >= end:
        return False
    ethiopic = c == 0xE1 and text[j + 1] == 0x8D and text[j + 2] == 0xA1
    return ethiopic or (c == 0xE0 and text[j + 1] == 0xBC and text[j + 2] == 0x8B)


@njit(cache=True, nogil=True)
def title_words(src: np.ndarray, start: Int, end: Int, slots: np.ndarray) -> Int:
    """Hashes of the title's words of 3 bytes or more into `slots` (open addressing, 0 = free); how many were put."""
    slots[:] = 0
    count, h, length = 0, BASIS, 0
    end = min(end, start + TITLE_BYTES)
    marked_to = start
    for j in range(start, end + 1):
        c = src[j] if j < end else np.uint8(32)
        if j < end and _is_word_mark(src, j, end):
            marked_to = j + 3
        if WORD[c] and j >= marked_to:
            h = (h ^ np.uint64(LOWER[c])) * PRIME
            length += 1
        elif length:
            if length >= 3 and count < TITLE_SLOTS // 2:
                key = fold32(h)
                slot = np.int64(key & np.uint32(TITLE_SLOTS - 1))
                while slots[slot] and slots[slot] != key:
                    slot = (slot + 1) & (TITLE_SLOTS - 1)
                slots[slot] = key
                count += 1
            h, length = BASIS, 0
    return count


@njit(cache=True, nogil=True, forceinline=True)
def _in_title(slots: np.ndarray, key: Int) -> bool:
    slot = np.int64(key & np.uint32(TITLE_SLOTS - 1))
    while slots[slot]:
        if slots[slot] == key:
            return True
        slot = (slot + 1) & (TITLE_SLOTS - 1)
    return False


@njit(cache=True, nogil=True, forceinline=True)
def _word_bytes(text: np.ndarray, at: Int, end: Int) -> Int:
    """Which of the 64 bytes from `at` on, as far as `end`, may be in words: ASCII letters and digits, all beyond."""
    return in_word(text, at) & lowest(end - at)


@njit(cache=True, nogil=True, forceinline=True)
def _word_marks(text: np.ndarray, at: Int, end: Int, found: Int) -> Int:
    """Those of the bytes `found` by which word marks begin."""
    begun = ZERO
    leads = begins_word_mark(text, at) & found
    while leads:
        if _is_word_mark(text, at + trailing_zeros(leads), end):
            begun |= leads & (ZERO - leads)
        leads &= leads - ONE
    return begun


@njit(cache=True, nogil=True, forceinline=True)
def read_words(
    text: np.ndarray,
    start: Int,
    end: Int,
    row: np.ndarray,
    hashes: np.ndarray,
    model: Model,
    slots: np.ndarray,
    in_title_of: Int,
) -> Int:
    """Fills the WORD columns of `row`, WORDS and TITLE_OVERLAP, and `hashes`; returns how many of these.

    slots, in_title_of: the title's words, and how many they are. The text has room for 64 bytes after its end.
    """
    words, read, kept, shared = np.int64(0), 0, 0, 0
    most = TITLE_WORDS if in_title_of > 0 else C.HASHED_WORDS
    total = low = high = np.float32(0)
    h, length, before, marked = BASIS, np.int64(0), ZERO, ZERO
    for at in range(start, end + 1, WIDTH):  # one more where the text fills them: a word may end there
        found = _word_bytes(text, at, end)
        begun = _word_marks(text, at, end, found)
        found &= ~(marked | begun * WORD_MARK)
        marked = (begun >> np.uint64(62)) * WORD_MARK >> np.uint64(2)
        words += ones(found & ~(found << ONE | before))
        before = found >> np.uint64(63)
        k = np.int64(0)
        while k < WIDTH and read < most:
            if length == 0:
                if found >> np.uint64(k) == ZERO:
                    break
                k += trailing_zeros(found >> np.uint64(k))
            run = trailing_zeros(~(found >> np.uint64(k)))
            for j in range(at + k, at + k + run):
                h = (h ^ np.uint64(LOWER[text[j]])) * PRIME
            length += run
            k += run
            if k == WIDTH:
                break
            key = fold32(h)
            if kept < C.HASHED_WORDS:
                weight = weight_of(model.word_keys, model.word_weights, model.word_taken, key)
                total += weight
                low = min(low, weight)
                high = max(high, weight)
                hashes[kept] = key
                kept += 1
            if in_title_of > 0 and length >= 3 and _in_title(slots, key):
                shared += 1
            read += 1
            h, length = BASIS, np.int64(0)
    row[C.WORDS] = words
    row[C.WORD_MEAN] = total / np.float32(max(kept, 1))
    row[C.WORD_MIN] = low
    row[C.WORD_MAX] = high
    row[C.TITLE_OVERLAP] = shared / max(min(words, TITLE_WORDS), in_title_of * 0.6 + 0.01)
    return kept
