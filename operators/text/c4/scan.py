"""Kernels of the line rules of C4; c4/line_rules.py is their specification."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.borrow import borrowed
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


class Lines(NamedTuple):
    """The lines of all documents: text bytes, their offsets by document, and arrays of lines.Lines, by Unicode breaks.

    bits: of each character, see unicode_table.
    """

    data: np.ndarray
    offsets: np.ndarray
    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray
    bits: np.ndarray


class Rules(NamedTuple):
    """The parameters of line_rules.LineRules, in their order."""

    min_words: int
    max_word_chars: int
    end_marks: bool
    citations: bool
    javascript: bool
    policy: bool


class Phrases(NamedTuple):
    """What is looked for in a line, see phrases.Phrases."""

    begin: np.ndarray
    letters: np.ndarray
    hook: np.ndarray
    hooks: np.ndarray
    nexts: np.ndarray


class Out(NamedTuple):
    """What is filled. text: uint8, room for all bytes and one a document; offsets: int64[n + 1]; outcomes: int64[8, n],
    lines by fate; sentences: int64[n], of the kept lines.
    """

    text: np.ndarray
    offsets: np.ndarray
    outcomes: np.ndarray
    sentences: np.ndarray


@njit(nogil=True, cache=True)
def scan(lines: Lines, rules: Rules, sought: Phrases, out: Out) -> None:
    """Fill `out` with the kept text and the counts of each document."""
    lines, sought, out = borrowed(lines), borrowed(sought), borrowed(out)
    bits, text = lines.bits, out.text
    n = 0
    for d in range(len(lines.offsets) - 1):
        first, any_kept = n, False
        for i in range(lines.first[d], lines.first[d + 1]):
            begin = lines.offsets[d] + lines.start[i]
            head = skip_spaces(lines.data, begin, begin + lines.size_bytes[i], bits)
            tail = drop_spaces(lines.data, head, begin + lines.size_bytes[i], bits)
            room = n + 1 if any_kept else n
            fate, stop = _judge(lines, head, tail, rules, sought, text, room)
            out.outcomes[fate, d] += 1
            if fate == KEPT:
                out.sentences[d] += count_sentences(text, room, stop, bits)
                if any_kept:
                    text[n] = 10
                n = stop
                any_kept = True
        head = skip_spaces(text, first, n, bits)
        tail = drop_spaces(text, head, n, bits)
        if head > first:
            for i in range(head, tail):
                text[first + i - head] = text[i]
        n = first + tail - head
        out.offsets[d + 1] = n


@njit(nogil=True, cache=True)
def _judge(
    lines: Lines, head: int, tail: int, rules: Rules, sought: Phrases, text: np.ndarray, room: int
) -> tuple[int, int]:
    """The fate of the line data[head:tail], and where it ends in `text`, from `room` on; room if it was not written."""
    lines, sought = borrowed(lines), borrowed(sought)
    data, bits = lines.data, lines.bits
    if rules.max_word_chars and _has_long_word(data, head, tail, bits, rules.max_word_chars):
        return LONG_WORD, room
    cites = rules.citations and tail > head and data[tail - 1] == _CLOSE
    if rules.end_marks and not (_ended(data, head, tail) or cites):
        return UNENDED, room
    stop = without_citations(data, head, tail, bits, rules.citations, text, room)
    if rules.end_marks and not _ended(text, room, stop):
        return UNENDED, stop
    if not _has_words(data, head, tail, bits, rules.min_words):
        return FEW_WORDS, stop
    found = phrases_in(text, room, stop, sought.begin, sought.letters, sought.hook, sought.hooks, sought.nexts)
    if found & _LOREM_BIT:
        return LOREM_IPSUM, stop
    if rules.javascript and found & _JAVASCRIPT_BIT:
        return JAVASCRIPT, stop
    if found & _CURLY_BIT:
        return CURLY, stop
    return POLICY if rules.policy and found & _POLICY_BITS else KEPT, stop


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
