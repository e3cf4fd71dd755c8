"""What can be counted in the text of each block; the plain words for it are in `plain.block_statistics`."""

import numpy as np

from corpusmill.operators.extract.html.base import columns as C
from corpusmill.operators.extract.html.base.borrow import borrowed
from corpusmill.operators.extract.html.base.characters import LOWER, PUNCTUATION, WORD
from corpusmill.operators.extract.html.base.hashing import BASIS, PRIME, fold32
from corpusmill.operators.extract.html.base.lookup import weight_of
from corpusmill.operators.extract.html.base.scalars import Int, Real
from corpusmill.operators.extract.html.base.workspace import Workspace
from corpusmill.operators.extract.html.model.model import Model
from corpusmill.operators.text.kernel import njit

TITLE_SLOTS = 256
TITLE_BYTES = 400  # of the title are compared with a block
TITLE_WORDS = 40  # of a block are compared with the title


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
def _count_words(
    text: np.ndarray,
    start: Int,
    end: Int,
    row: np.ndarray,
    hashes: np.ndarray,
    model: Model,
    slots: np.ndarray,
    in_title_of: Int,
) -> Int:
    """Words, their weights, hashes and overlap with the title; returns how many hashes were kept."""
    words, kept, shared = 0, 0, 0
    total = low = high = np.float32(0)
    h = whole = BASIS
    length = 0
    marked_to = start
    for j in range(start, end + 1):
        c = text[j] if j < end else np.uint8(32)
        if j < end and _is_word_mark(text, j, end):
            marked_to = j + 3
        if WORD[c] and j >= marked_to:
            h = (h ^ np.uint64(LOWER[c])) * PRIME
            length += 1
        elif length:
            words += 1
            key = fold32(h)
            if kept < C.HASHED_WORDS:
                weight = weight_of(model.word_keys, model.word_weights, key)
                total += weight
                low = min(low, weight)
                high = max(high, weight)
                hashes[kept] = key
                kept += 1
            if words <= TITLE_WORDS and length >= 3 and _in_title(slots, key):
                shared += 1
            h, length = BASIS, 0
        whole = (whole ^ np.uint64(c)) * PRIME
    row[C.WORDS] = words
    row[C.WORD_MEAN] = total / np.float32(max(kept, 1))
    row[C.WORD_MIN] = low
    row[C.WORD_MAX] = high
    row[C.TITLE_OVERLAP] = shared / max(min(words, TITLE_WORDS), in_title_of * 0.6 + 0.01)
    row[C.TEXT_HASH] = np.float32(np.int64(whole & np.uint64(0xFFFFFF)))
    return kept


@njit(cache=True, nogil=True, forceinline=True)
def _count_characters(text: np.ndarray, start: Int, end: Int, row: np.ndarray) -> None:
    """Characters by kind. CJK characters add half a word each."""
    chars = punctuation = commas = sentences = digits = upper = separators = non_ascii = cjk = quotes = at_signs = (
        currency
    ) = 0
    copyright_sign = 0
    for j in range(start, end):
        c = text[j]
        if c >= 128:
            if c < 0xC0:
                continue
            chars += 1
            non_ascii += 1
            d = text[j + 1] if j + 1 < end else np.uint8(0)
            e = text[j + 2] if j + 2 < end else np.uint8(0)
            if c == 0xC2:
                copyright_sign |= d == 0xA9
                separators += d == 0xB7 or d == 0xBB  # middle dot, guillemet
                currency += 0xA2 <= d <= 0xA5
            elif e:
                if c == 0xE3 and d == 0x80 and (e == 0x81 or e == 0x82):  # ideographic comma, full stop
                    punctuation += 1
                    commas += e == 0x81
                    sentences += e == 0x82
                elif c == 0xEF and d == 0xBC and (e == 0x8C or e == 0x81 or e == 0x9F):  # full-width , ! ?
                    punctuation += 1
                    commas += e == 0x8C
                    sentences += e != 0x8C
                elif 0xE3 <= c <= 0xED:
                    cjk += 1
                elif c == 0xE2 and d == 0x82:  # the block of currency symbols
                    currency += e >= 0xA0
                elif c == 0xE2 and d == 0x80:
                    separators += e == 0xA2  # bullet
                    quotes += 0x98 <= e <= 0x9F
            continue
        chars += 1
        if 48 <= c <= 57:
            digits += 1
        elif 65 <= c <= 90:
            upper += 1
        elif PUNCTUATION[c]:
            punctuation += 1
            commas += c == 44
            if c == 46 or c == 33 or c == 63:
                sentences += j + 1 >= end or text[j + 1] <= 32 or text[j + 1] == 34
        elif c == 124 or c == 47 or c == 62:  # | / >
            separators += 1
        elif c == 64:
            at_signs += 1
        elif c == 36:
            currency += 1
        elif c == 34:
            quotes += 1
    row[C.WORDS] += cjk // 2
    row[C.CHARS] = chars
    row[C.PUNCTUATION] = punctuation
    row[C.COMMAS] = commas
    row[C.SENTENCES] = sentences
    row[C.DIGIT_SHARE] = digits / max(chars, 1)
    row[C.UPPER_SHARE] = upper / max(chars, 1)
    row[C.SEPARATORS] = separators
    row[C.COPYRIGHT] = copyright_sign
    row[C.NON_ASCII_SHARE] = non_ascii / max(chars, 1)
    row[C.AT_SIGNS] = at_signs
    row[C.QUOTES] = quotes
    row[C.CURRENCY] = currency


@njit(cache=True, nogil=True, forceinline=True)
def _ending(text: np.ndarray, start: Int, end: Int) -> Real:
    last = text[end - 1]
    if last == 46 or last == 33 or last == 63 or (last == 0x82 and end - start > 3 and text[end - 2] == 0x80):
        return 1.0
    if last == 58:
        return 0.5
    if last == 34 or last == 41 or last == 0x9D:
        return 0.7
    return 0.0


@njit(cache=True, nogil=True)
def block_statistics(src: np.ndarray, ws: Workspace, model: Model) -> None:
    """Fills `stats`, `word_hashes` and `word_counts` for every block."""
    ws, model = borrowed(ws), borrowed(model)
    slots = np.zeros(TITLE_SLOTS, np.uint32)
    in_title = title_words(src, ws.spots[C.TITLE_AT, 0], ws.spots[C.TITLE_AT, 1], slots)
    for b in range(ws.state[C.BLOCKS]):
        start, end = ws.blocks[b, C.START], ws.blocks[b, C.END]
        row = ws.stats[b]
        ws.word_counts[b] = _count_words(ws.text, start, end, row, ws.word_hashes[b], model, slots, in_title)
        _count_characters(ws.text, start, end, row)
        row[C.LINK_SHARE] = min(ws.blocks[b, C.LINK_BYTES], end - start) / (end - start)
        row[C.LINK_WORDS] = row[C.WORDS] * row[C.LINK_SHARE]
        row[C.TERMINAL] = _ending(ws.text, start, end)
        first = ws.text[start]
        row[C.OPENING] = 1 if 65 <= first <= 90 else 2 if 48 <= first <= 57 else 3 if first >= 128 else 0
