"""The kernel of rewrite.refinedweb_lines: judges each line and writes down what stays. See refined/line_rules.py."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.phrases import lower_byte
from corpusmill.operators.text.trimming import drop_spaces, skip_spaces
from corpusmill.operators.text.unicode_table import DECIMAL, REGEX_WORD, SPACE, UPPER
from corpusmill.operators.text.utf8 import code_at, start_before, width_at

COUNTED, OPENING, CLOSING, ANYWHERE = 0, 1, 2, 3  # which list a phrase belongs to
_KEPT, _UPPERCASE, _NUMERIC, _COUNTER, _ONE_WORD, _EDITED = 0, 1, 2, 3, 4, 5  # line_rules.Fate


class Lines(NamedTuple):
    """The lines of all documents: text bytes, their offsets by document, and arrays of lines.Lines."""

    data: np.ndarray
    offsets: np.ndarray
    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray


class Rules(NamedTuple):
    """Parameters of line_rules.LineRules that are numbers."""

    max_upper_ratio: float
    min_words: int
    short_words: int


class Phrases(NamedTuple):
    """Phrase k is letters[begin[k]:begin[k + 1]] of list which[k]."""

    begin: np.ndarray
    letters: np.ndarray
    which: np.ndarray


class Out(NamedTuple):
    """What is filled. text: uint8, room for all bytes; offsets: int64[n + 1]; lines: int64[6, n], lines by decision;
    words: int64[3, n], words of each text, of its flagged lines, and those removed.
    """

    text: np.ndarray
    offsets: np.ndarray
    lines: np.ndarray
    words: np.ndarray


@njit(nogil=True, cache=True)
def scan(lines: Lines, bits: np.ndarray, rules: Rules, phrases: Phrases, out: Out) -> None:
    """Fill `out` with the texts and the counts of each document."""
    data, offsets, first, start, size_bytes = lines
    text, out_offsets, decisions, words = out
    begin, letters, which = phrases  # once: numba counts references to an array taken out of a tuple
    o = 0
    for d in range(len(first) - 1):
        written = 0
        for i in range(first[d], first[d + 1]):
            a = offsets[d] + start[i]
            z = a + size_bytes[i]
            decision, n, from_, to = _decide(data, a, z, bits, rules, begin, letters, which)
            words[0, d] += n
            if decision != _KEPT and decision != _EDITED:
                decisions[decision, d] += 1
                words[1, d] += n
                words[2, d] += n
                continue
            mark = o
            if written:
                text[o] = 10
                o += 1
            line = o
            if decision == _EDITED:
                o = _copy_without(data, from_, to, bits, phrases, text, o)
                decisions[_EDITED, d] += 1
                words[1, d] += n
                words[2, d] += n - _measure(text, line, o, bits)[3]
                if o == line:
                    o = mark
                    continue
            else:
                decisions[_KEPT, d] += 1 if n else 0  # a blank line stays, and is none of the counted
                for p in range(a, z):
                    text[o] = data[p]
                    o += 1
            written += 1
        out_offsets[d + 1] = o


@njit(nogil=True, cache=True)
def _decide(
    data: np.ndarray,
    a: int,
    z: int,
    bits: np.ndarray,
    rules: Rules,
    begin: np.ndarray,
    letters: np.ndarray,
    which: np.ndarray,
) -> tuple[int, int, int, int]:
    """The decision on line data[a:z], its words, and which bytes stay of an edited one."""
    left = skip_spaces(data, a, z, bits)
    if left >= z:
        return _KEPT, 0, a, z
    right = drop_spaces(data, left, z, bits)
    upper, decimal, chars, n = _measure(data, left, right, bits)
    if upper / chars > rules.max_upper_ratio:
        return _UPPERCASE, n, a, z
    if decimal == chars:
        return _NUMERIC, n, a, z
    if _is_counter(data, left, right, bits, begin, letters, which):
        return _COUNTER, n, a, z
    if n < rules.min_words:
        return _ONE_WORD, n, a, z
    if n <= rules.short_words:
        from_, to = _trimmed(data, left, right, bits, begin, letters, which)
        if from_ != left or to != right or _holds(data, from_, to, begin, letters, which):
            return _EDITED, n, from_, to
    return _KEPT, n, a, z


@njit(nogil=True, cache=True)
def _measure(data: np.ndarray, at: int, end: int, bits: np.ndarray) -> tuple[int, int, int, int]:
    """Upper-case, decimal and all characters of data[at:end], and its words (str.split)."""
    upper, decimal, chars, n, inside = 0, 0, 0, 0, False
    while at < end:
        kind = bits[code_at(data, at)]
        upper += int((kind & UPPER) != 0)
        decimal += int((kind & DECIMAL) != 0)
        chars += 1
        shown = (kind & SPACE) == 0
        n += int(shown and not inside)
        inside = shown
        at += width_at(data, at)
    return upper, decimal, chars, n


@njit(nogil=True, cache=True)
def _stands_at(data: np.ndarray, at: int, end: int, begin: np.ndarray, letters: np.ndarray, k: int) -> bool:
    """Whether phrase k begins at byte `at` and lies before `end`; A to Z count as a to z."""
    size = begin[k + 1] - begin[k]
    if at + size > end:
        return False
    i = 0
    while i < size and lower_byte(data[at + i]) == letters[begin[k] + i]:
        i += 1
    return i == size


@njit(nogil=True, cache=True)
def _is_counter(
    data: np.ndarray, at: int, end: int, bits: np.ndarray, begin: np.ndarray, letters: np.ndarray, which: np.ndarray
) -> bool:
    """`line_rules.is_counter` of data[at:end]."""
    while at < end and not bits[code_at(data, at)] & REGEX_WORD:
        at += width_at(data, at)
    if at == end or not 48 <= data[at] <= 57:
        return False
    while at < end and (48 <= data[at] <= 57 or data[at] == 44 or data[at] == 46):
        at += 1
    if at < end:
        unit = lower_byte(data[at])
        at += int(unit == 107 or unit == 109 or unit == 98)  # k, m, b
    noun = skip_spaces(data, at, end, bits)
    if noun == at:
        return False
    for k in range(len(which)):
        if which[k] == COUNTED and _stands_at(data, noun, end, begin, letters, k):
            behind = noun + begin[k + 1] - begin[k]
            while behind < end and not bits[code_at(data, behind)] & REGEX_WORD:
                behind += width_at(data, behind)
            if behind == end:
                return True
    return False


@njit(nogil=True, cache=True)
def _trimmed(
    data: np.ndarray, at: int, end: int, bits: np.ndarray, begin: np.ndarray, letters: np.ndarray, which: np.ndarray
) -> tuple[int, int]:
    """data[at:end] without phrases that open it, then without those that close it."""
    for k in range(len(which)):
        if which[k] == OPENING and _stands_at(data, at, end, begin, letters, k):
            at = skip_spaces(data, at + begin[k + 1] - begin[k], end, bits)
    for k in range(len(which)):
        place = end - (begin[k + 1] - begin[k])
        if which[k] == CLOSING and place >= at and _stands_at(data, place, end, begin, letters, k):
            end = drop_spaces(data, at, place, bits)
    return at, end


@njit(nogil=True, cache=True)
def _phrase_at(data: np.ndarray, at: int, end: int, begin: np.ndarray, letters: np.ndarray, which: np.ndarray) -> int:
    """Bytes of the first phrase for anywhere that stands at `at`, or 0."""
    for k in range(len(which)):
        if which[k] == ANYWHERE and _stands_at(data, at, end, begin, letters, k):
            return begin[k + 1] - begin[k]
    return 0


@njit(nogil=True, cache=True)
def _holds(data: np.ndarray, at: int, end: int, begin: np.ndarray, letters: np.ndarray, which: np.ndarray) -> bool:
    """Whether a phrase for anywhere stands in data[at:end]."""
    for p in range(at, end):  # noqa: SIM110 (compiled: any() over a generator is not supported)
        if _phrase_at(data, p, end, begin, letters, which):
            return True
    return False


@njit(nogil=True, cache=True)
def _copy_without(
    data: np.ndarray, at: int, end: int, bits: np.ndarray, phrases: Phrases, out: np.ndarray, o: int
) -> int:
    """Copies data[at:end] without the phrases for anywhere, stripped, to `o` on; returns the end."""
    begin, letters, which = phrases
    line = o
    while at < end:
        size = _phrase_at(data, at, end, begin, letters, which)
        if size:
            at += size
            while o > line and bits[code_at(out, start_before(out, o))] & SPACE:
                o = start_before(out, o)
            if o == line:
                at = skip_spaces(data, at, end, bits)
            continue
        out[o] = data[at]
        o += 1
        at += 1
    return drop_spaces(out, line, o, bits)
