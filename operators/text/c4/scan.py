"""Kernels of the line rules of C4; c4/line_rules.py is their specification."""

import numpy as np

from corpusmill.operators.text.c4.citations import without_citations
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.phrases import phrases_in
from corpusmill.operators.text.sentences import count_sentences
from corpusmill.operators.text.trimming import drop_spaces, skip_spaces
from corpusmill.operators.text.unicode_table import SPACE
from corpusmill.operators.text.utf8 import code_at, width_at

KEPT, LONG_WORD, UNENDED, FEW_WORDS, JAVASCRIPT, POLICY, LOREM_IPSUM, CURLY = range(8)  # line_rules.Fate
_CLOSE = 93
_LOREM_BIT, _JAVASCRIPT_BIT, _CURLY_BIT, _POLICY_BITS = 1, 2, 4, ~7


@njit(nogil=True, cache=True)
def scan(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    rules: tuple[int, int, bool, bool, bool, bool],
    line_first: np.ndarray,
    start: np.ndarray,
    size_bytes: np.ndarray,
    sought: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    out: np.ndarray,
    out_offsets: np.ndarray,
    outcomes: np.ndarray,
    sentences: np.ndarray,
) -> None:
    """Kept text of each document into `out`, lines of each fate into fates[:, d], sentences kept into `sentences`.

    Lines are those of lines.Lines, by Unicode breaks.
    `out` has room for all bytes and one a document; `rules` is LineRules in its order; `outcomes`: int64[8, n].
    """
    min_words, max_word_chars, end_marks, citations, javascript, policy = rules
    begin, letters, hook, hooks, nexts = sought
    n = 0
    for d in range(len(offsets) - 1):
        first, any_kept = n, False
        for i in range(line_first[d], line_first[d + 1]):
            head = skip_spaces(data, offsets[d] + start[i], offsets[d] + start[i] + size_bytes[i], bits)
            tail = drop_spaces(data, head, offsets[d] + start[i] + size_bytes[i], bits)
            room = n + 1 if any_kept else n
            fate = KEPT
            stop = room
            if max_word_chars and _has_long_word(data, head, tail, bits, max_word_chars):
                fate = LONG_WORD
            elif end_marks and not (
                _ended(data, head, tail) or (citations and tail > head and data[tail - 1] == _CLOSE)
            ):
                fate = UNENDED
            else:
                stop = without_citations(data, head, tail, bits, citations, out, room)
                if end_marks and not _ended(out, room, stop):
                    fate = UNENDED
                elif not _has_words(data, head, tail, bits, min_words):
                    fate = FEW_WORDS
                else:
                    found = phrases_in(out, room, stop, begin, letters, hook, hooks, nexts)
                    if found & _LOREM_BIT:
                        fate = LOREM_IPSUM
                    elif javascript and found & _JAVASCRIPT_BIT:
                        fate = JAVASCRIPT
                    elif found & _CURLY_BIT:
                        fate = CURLY
                    elif policy and found & _POLICY_BITS:
                        fate = POLICY
            outcomes[fate, d] += 1
            if fate == KEPT:
                sentences[d] += count_sentences(out, room, stop, bits)
                if any_kept:
                    out[n] = 10
                n = stop
                any_kept = True
        head = skip_spaces(out, first, n, bits)
        tail = drop_spaces(out, head, n, bits)
        if head > first:
            for i in range(head, tail):
                out[first + i - head] = out[i]
        n = first + tail - head
        out_offsets[d + 1] = n


@njit(nogil=True, cache=True)
def _ended(data: np.ndarray, begin: int, end: int) -> bool:
    """Whether the line ends in . ? ! " or ' but not in three dots."""
    if begin == end:
        return False
    last = data[end - 1]
    if last == 46:
        return not (end - begin >= 3 and data[end - 2] == 46 and data[end - 3] == 46)
    return last == 63 or last == 33 or last == 34 or last == 39


@njit(nogil=True, cache=True)
def _has_words(data: np.ndarray, at: int, end: int, bits: np.ndarray, least: int) -> bool:
    """Whether there are at least so many words between white space."""
    n, inside = 0, False
    while n < least and at < end:
        space = (bits[code_at(data, at)] & SPACE) != 0
        n += int(not space and not inside)
        inside = not space
        at += width_at(data, at)
    return n >= least


@njit(nogil=True, cache=True)
def _has_long_word(data: np.ndarray, at: int, end: int, bits: np.ndarray, most: int) -> bool:
    """Whether a word between white space has more than `most` characters."""
    length = 0
    while end - at > most - length:
        length = 0 if bits[code_at(data, at)] & SPACE else length + 1
        if length > most:
            return True
        at += width_at(data, at)
    return False
