"""Kernels that walk over UTF-8 once and write down every word by the rules `script` and `tokens` (text.words).

Pieces of a script without spaces are cut by `best_words`; the rest is as in word_scan.
"""

import numpy as np

from corpusmill.operators.text.hashing import fold
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.segmenting.best_words import MOST_CODES, Run, Tables, cut
from corpusmill.operators.text.segmenting.signs import HYPHEN_BEHIND, WHOLE
from corpusmill.operators.text.segmenting.ways import PART, SPACED
from corpusmill.operators.text.unicode_table import ALPHA, DECIMAL, SPACE, WORD
from corpusmill.operators.text.utf8 import code_at, width_at
from corpusmill.operators.text.word_scan import Found, put_word

_UNDERSCORE, _DOT, _COMMA, _HYPHEN = 95, 46, 44, 45
JOINERS = (0x200C, 0x200D, 0xAD)  # show nothing: Persian and Malayalam write words with them
# Signs that part nothing between letters: apostrophes and what stands for them, hyphens of other scripts, @ | ^ and \\.
LINKS = (0x27, 0x40, 0x5C, 0x5E, 0x60, 0x7C, 0xB4, 0x5BE, 0x2010, 0x2011, 0x2018, 0x2019)
# Signs that stay with a word at its beginning or end; several in a row are one token.
HELD = (0x2D, 0x2F, 0x40, 0x5C, 0x5E, 0x7C, 0x5BE, 0x2010, 0x2011)


@njit(nogil=True, cache=True)
def needs_ways(data: np.ndarray, offsets: np.ndarray, ways: np.ndarray) -> bool:
    """Whether any document has a character that is not SPACED."""
    at, end = offsets[0], offsets[-1]
    while at < end:
        byte = data[np.uintp(at)]
        if byte < 0xE0:  # U+0E00 is the first such character
            at += 1
        elif ways[np.uintp(code_at(data, at))] != SPACED:
            return True
        else:
            at += width_at(data, at)
    return False


@njit(nogil=True, cache=True)
def most_words(data: np.ndarray, offsets: np.ndarray) -> int:
    """No fewer words than there are: one a character."""
    n = 0
    for at in range(offsets[0], offsets[-1]):
        n += int((data[np.uintp(at)] & 0xC0) != 0x80)
    return n


@njit(nogil=True, cache=True)
def scan_by_script(data: np.ndarray, offsets: np.ndarray, tables: Tables, run: Run, out: Found) -> int:
    """Words by the rule `script`; returns how many were found in all documents."""
    n = 0
    for d in range(len(offsets) - 1):
        at, end = offsets[d], offsets[d + 1]
        while at < end:
            code = code_at(data, at)
            if tables.bits[code] & SPACE or tables.ways[code] == PART:
                at += width_at(data, at)
                continue
            stop, mixed = at, False
            while stop < end:
                code = code_at(data, stop)
                if tables.bits[code] & SPACE or tables.ways[code] == PART:
                    break
                mixed |= tables.ways[code] != SPACED
                stop += width_at(data, stop)
            if mixed:
                n = _pieces(data, offsets[d], at, stop, tables, run, n, out)
            else:
                n = _put(data, offsets[d], at, stop, tables.bits, n, out)
            at = stop
        out.first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def _pieces(
    data: np.ndarray, base: int, begin: int, end: int, tables: Tables, run: Run, n: int, out: Found
) -> int:  # fmt: skip
    """Words of a stretch without spaces in which some script has none; signs around its pieces are left out."""
    at = begin
    while at < end:
        if tables.ways[code_at(data, at)] != SPACED:
            n, at = _run(data, base, at, end, tables, run, n, out)
            continue
        first, last = -1, at
        while at < end:
            code = code_at(data, at)
            if tables.ways[code] != SPACED:
                break
            at += width_at(data, at)
            if tables.bits[code] & WORD:
                first = at - width_of(code) if first < 0 else first
                last = at
        if first >= 0:
            n = _put(data, base, first, last, tables.bits, n, out)
    return n


@njit(nogil=True, cache=True)
def width_of(code: int) -> int:
    """Bytes of a code point in UTF-8."""
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


@njit(nogil=True, cache=True)
def _run(
    data: np.ndarray, base: int, begin: int, end: int, tables: Tables, run: Run, n: int, out: Found
) -> tuple[int, int]:  # fmt: skip
    """Words of the characters from `begin` on of the same way, at most MOST_CODES; the number, where they end."""
    way, at, count = tables.ways[code_at(data, begin)], begin, 0
    while at < end and count < MOST_CODES:
        code = code_at(data, at)
        if tables.ways[code] != way:
            break
        run.codes[count] = code
        count += 1
        at += width_at(data, at)
    cut(run, count, way, tables)
    word, value, chars, seen, place = begin, np.uint64(0), 0, np.uint16(0), begin
    for i in range(count):
        value = fold(value, run.codes[i])
        seen |= tables.bits[run.codes[i]]
        chars += 1
        place += width_at(data, place)
        if run.ends[i]:
            n = put_word(out, n, word - base, place - word, chars, seen, value)
            word, value, chars, seen = place, np.uint64(0), 0, np.uint16(0)
    return n, at


@njit(nogil=True, cache=True)
def _put(data: np.ndarray, base: int, begin: int, end: int, bits: np.ndarray, n: int, out: Found) -> int:
    """Writes down data[begin:end] as word n, as it is written; the number of the next."""
    value, chars, seen, at = np.uint64(0), 0, np.uint16(0), begin
    while at < end:
        code = code_at(data, at)
        value = fold(value, code)
        seen |= bits[code]
        chars += 1
        at += width_at(data, at)
    return put_word(out, n, begin - base, end - begin, chars, seen, value)


@njit(nogil=True, cache=True)
def scan_tokens(
    data: np.ndarray, offsets: np.ndarray, manners: np.ndarray, tables: Tables, run: Run, out: Found
) -> int:  # fmt: skip
    """Words and signs by the rules `tokens` and `by_language`; returns how many were found in all documents.

    manners: uint8 of each document, see segmenting.signs.
    """
    n = 0
    for d in range(len(offsets) - 1):
        base, at, end = offsets[d], offsets[d], offsets[d + 1]
        behind_space = True
        while at < end:
            code = code_at(data, at)
            kind, way = tables.bits[code], tables.ways[code]
            if kind & SPACE or way == PART:
                at += width_at(data, at)
                behind_space = True
                continue
            if way != SPACED:
                n, at = _run(data, base, at, end, tables, run, n, out)
            else:
                stop = _token(data, at, end, manners[d], behind_space, tables)
                n = _put(data, base, at, stop, tables.bits, n, out)
                at = stop
            behind_space = False
        out.first[d + 1] = n
    return n


@njit(nogil=True, cache=True)
def _token(data: np.ndarray, at: int, end: int, manner: int, behind_space: bool, tables: Tables) -> int:
    """Where the token ends that begins at a place; behind_space: whether white space stands before it."""
    code = code_at(data, at)
    if manner == WHOLE:
        return _spaced_end(data, at, end, tables)
    stop = at + width_at(data, at)
    if code in HELD:
        stop = _held_end(data, at, end)
        if not behind_space or stop == end:
            return stop
        code = code_at(data, stop)
        if not tables.bits[code] & WORD or tables.ways[code] != SPACED:
            return stop
        stop += width_at(data, stop)
    elif code == _DOT:
        while stop < end and data[stop] == _DOT:
            stop += 1
        return stop
    elif not (tables.bits[code] & WORD or code == _UNDERSCORE):
        return stop
    stop = _token_end(data, stop, end, code, tables)
    far = _held_end(data, stop, end)
    if far > stop and (
        far == end or tables.bits[code_at(data, far)] & SPACE or tables.ways[code_at(data, far)] == PART
    ):
        return far
    if (
        manner == HYPHEN_BEHIND
        and far == stop + 1
        and data[stop] == _HYPHEN
        and tables.bits[code_at(data, far)] & ALPHA
    ):
        return far
    return stop


@njit(nogil=True, cache=True)
def _spaced_end(data: np.ndarray, at: int, end: int, tables: Tables) -> int:
    """Where white space begins, or a script without spaces."""
    while at < end:
        code = code_at(data, at)
        if tables.bits[code] & SPACE or tables.ways[code] != SPACED:
            return at
        at += width_at(data, at)
    return at


@njit(nogil=True, cache=True)
def _held_end(data: np.ndarray, at: int, end: int) -> int:
    """Where signs of HELD in a row end."""
    while at < end and code_at(data, at) in HELD:
        at += width_at(data, at)
    return at


@njit(nogil=True, cache=True)
def _token_end(data: np.ndarray, at: int, end: int, code: int, tables: Tables) -> int:
    """Where a token ends of which all before `at` is a part. code: the last character of it."""
    while at < end:
        following = code_at(data, at)
        if tables.ways[following] != SPACED:
            return at
        if tables.bits[following] & WORD or following == _UNDERSCORE or following in JOINERS:
            code = following if following not in JOINERS else code
            at += width_at(data, at)
            continue
        behind = at + width_at(data, at)
        if behind >= end:
            return at
        far = code_at(data, behind)
        around = tables.bits[code] & tables.bits[far]
        letters = (following == _DOT or following in LINKS) and around & ALPHA != 0
        digits = following in (_DOT, _COMMA) and around & DECIMAL != 0
        if not (letters or digits) or tables.ways[far] != SPACED:
            return at
        code = far
        at = behind + width_at(data, behind)
    return at
