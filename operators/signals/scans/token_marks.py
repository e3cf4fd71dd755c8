"""Kernel over tokens as RedPajama-v2 cuts them: runs of \\w, and runs of what is neither \\w nor white space."""

import re

import numpy as np

from corpusmill.operators.text.hashing import finish, fold
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.membership import slot_of
from corpusmill.operators.text.unicode_table import DECIMAL, LOWER, REGEX_WORD, SPACE, UPPER
from corpusmill.operators.text.utf8 import code_at, width_at

TOKENS, LETTERED, CAPITAL, STOP, SENTENCES, CURLY, UPPERS, DECIMALS = range(8)


def tokens_of(text: str) -> list[str]:
    """The tokens of one text.

    >>> tokens_of("It's 2.5 $!")
    ['It', "'", 's', '2', '.', '5', '$!']
    """
    return re.findall(r"\w+|[^\w\s]+", text)


def sentence_count(text: str) -> int:
    """Stretches between ".", "!" and "?" with a word in them.

    >>> sentence_count("Yes. No... 2.5!")
    4
    """
    return len(re.findall(r"\b[^.!?]+[.!?]*", text))


@njit(nogil=True, cache=True)
def count_tokens(
    data: np.ndarray, offsets: np.ndarray, bits: np.ndarray, which: np.ndarray, begin: np.ndarray, slots: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    """int64[8, n] of each text: its tokens; those with a letter of a to z in either case; those that str.isupper holds
    for; those in its set of stop words (`which` of membership.WordSets, -1: none); sentences; curly brackets;
    upper-case and decimal characters."""
    for d in range(len(offsets) - 1):
        at, end = offsets[d], offsets[d + 1]
        said = False  # whether a word stood since the last end mark
        while at < end:
            code = code_at(data, at)
            kind = bits[code]
            if kind & SPACE:
                at += width_at(data, at)
                continue
            inside = kind & REGEX_WORD
            letters, seen, value = False, np.uint16(0), np.uint64(0)
            while True:
                letters |= 97 <= (code | 32) <= 122
                seen |= kind
                value = fold(value, code)
                out[CURLY, d] += int(code == 123 or code == 125)
                out[UPPERS, d] += int((kind & UPPER) != 0)
                out[DECIMALS, d] += int((kind & DECIMAL) != 0)
                if code == 46 or code == 33 or code == 63:
                    said = False
                at += width_at(data, at)
                if at >= end:
                    break
                code = code_at(data, at)
                kind = bits[code]
                if kind & SPACE or (kind & REGEX_WORD) != inside:
                    break
            out[TOKENS, d] += 1
            out[LETTERED, d] += int(letters)
            out[CAPITAL, d] += int((seen & UPPER) != 0 and (seen & LOWER) == 0)
            if which[d] >= 0 and slot_of(begin, slots, which[d], finish(value)) >= 0:
                out[STOP, d] += 1
            if inside and not said:
                out[SENTENCES, d] += 1
                said = True
