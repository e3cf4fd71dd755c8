"""Where sentences end, by marks alone: the rule behind every count of sentences.

A sentence ends at a run of end marks (Unicode's Sentence_Terminal, see punctuation.SENTENCE_ENDS), with closing quotes
and brackets behind it, if white space or the end of the text follows; the wide marks of Chinese and Japanese need
nothing behind them. What is left over at the end is a sentence too, if it is not blank. Abbreviations ("Dr.") are not
known.
"""

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.punctuation import SENTENCE_ENDS
from corpusmill.operators.text.unicode_table import ENDS, SPACE
from corpusmill.operators.text.utf8 import code_at, width_at

CLOSERS = "\"')]}»”’›」』】）〉》〕"
_BLOCK = 16
WIDE_FROM = 0x3000  # end marks from here on stand before text without a space
_CLOSERS = np.array([ord(c) for c in CLOSERS], np.int64)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, stripped: the specification.

    >>> sentences_of('He said "no." Version 2.0 is out! 好。是')
    ['He said "no."', 'Version 2.0 is out!', '好。', '是']
    """
    found, begin, at = [], 0, 0
    while at < len(text):
        if text[at] not in SENTENCE_ENDS:
            at += 1
            continue
        wide = False
        while at < len(text) and text[at] in SENTENCE_ENDS:
            wide |= ord(text[at]) >= WIDE_FROM
            at += 1
        while at < len(text) and text[at] in CLOSERS:
            at += 1
        if wide or at == len(text) or text[at].isspace():
            found.append(text[begin:at])
            begin = at
    return [sentence for part in [*found, text[begin:]] if (sentence := part.strip())]


@njit(nogil=True, cache=True)
def is_closer(code: int) -> bool:
    """Whether a closing quote or bracket, see CLOSERS."""
    if code < 0x80:
        return code == 34 or code == 39 or code == 41 or code == 93 or code == 125
    found = False
    for closer in _CLOSERS:
        found |= code == closer
    return found


@njit(nogil=True, cache=True)
def count_sentences(data: np.ndarray, begin: int, end: int, bits: np.ndarray) -> int:
    """`len(sentences_of(...))` of data[begin:end]."""
    n, at, filled = 0, begin, False
    while at < end:
        if at + _BLOCK <= end:  # a block of ASCII without an end mark
            ends, shown, base = False, False, np.uintp(at)
            for i in range(_BLOCK):
                byte = data[base + np.uintp(i)]
                ends |= (byte == 46) | (byte == 33) | (byte == 63) | (byte >= 0x80)
                shown |= byte > 32
            if not ends:
                filled |= shown
                at += _BLOCK
                continue
            while True:  # up to what ended the block
                byte = data[np.uintp(at)]
                if (byte == 46) | (byte == 33) | (byte == 63) | (byte >= 0x80):
                    break
                filled |= (bits[np.uintp(byte)] & SPACE) == 0
                at += 1
        kind = bits[code_at(data, at)]
        if not kind & ENDS:
            filled |= (kind & SPACE) == 0
            at += width_at(data, at)
            continue
        wide = False
        while at < end and bits[code_at(data, at)] & ENDS:
            wide |= code_at(data, at) >= WIDE_FROM
            at += width_at(data, at)
        while at < end and is_closer(code_at(data, at)):
            at += width_at(data, at)
        filled = True
        if wide or at == end or bits[code_at(data, at)] & SPACE:
            n += 1
            filled = False
    return n + int(filled)
