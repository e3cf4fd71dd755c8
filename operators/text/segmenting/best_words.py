"""Cuts a run of characters without spaces into its likeliest words: those of the least cost in all.

A word ends only where a character does with all its marks. What is in no dictionary costs UNKNOWN_COST a character: in
Chinese and Japanese each is a word, in the other scripts unknown characters next to each other are one word. Katakana
next to each other may also be one word that is in no dictionary. Of equal costs the one with the longer first words
wins. Runs of more than MOST_CODES characters are cut into pieces.

Source: the least cost over all ways to cut, as ICU and MeCab find it (Viterbi). The costs of unknown characters are
guesses, compared with other ones in docs/decisions/0058.
"""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.hashing import fold
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.segmenting.dictionary import prefix_table, slot_of
from corpusmill.operators.text.segmenting.ways import CJ, SYLLABLES, TIBETAN, ways
from corpusmill.operators.text.unicode_table import JOINS, LEADS, unicode_tables

MOST_CODES = 2048
UNKNOWN_COST = 255
KATAKANA_COST = 190  # of a run of Katakana that is in no dictionary
_TSHEG, _TSHEG_BEFORE_SHAD = 0x0F0B, 0x0F0C
_FAR = np.int64(1) << np.int64(40)
_LOW = np.uint64(0xFFFF)


class Run(NamedTuple):
    """Room for one run of characters: `codes` of it, and behind a call of `cut` where its words end.

    codes: int32, code points. ends: bool, whether a word ends behind each code. cost, before, unknown: of the search.
    """

    codes: np.ndarray
    ends: np.ndarray
    cost: np.ndarray
    before: np.ndarray
    unknown: np.ndarray


class Tables(NamedTuple):
    """`bits` of unicode_table, `ways` of ways, `prefixes` of dictionary."""

    bits: np.ndarray
    ways: np.ndarray
    prefixes: np.ndarray


def tables() -> Tables:
    """The tables that `cut` takes."""
    return Tables(unicode_tables().bits, ways(), prefix_table())


def words_of_run(text: str) -> list[str]:
    """The words of a run in which all characters have the same way: the specification of the kernels that call `cut`.

    >>> words_of_run("简单的语言"), words_of_run("คอมพิวเตอร์ใหม่"), words_of_run("コンピュータです")
    (['简单', '的', '语言'], ['คอมพิวเตอร์', 'ใหม่'], ['コンピュータ', 'です'])
    """
    found, word = [], ""
    for begin in range(0, len(text), MOST_CODES):
        piece = text[begin : begin + MOST_CODES]
        run = new_run()
        run.codes[: len(piece)] = [ord(c) for c in piece]
        cut(run, len(piece), int(ways()[ord(text[0])]), tables())
        for character, ends in zip(piece, run.ends, strict=False):
            word += character
            if ends:
                found.append(word)
                word = ""
    return found


def new_run() -> Run:
    """Room for MOST_CODES characters."""
    size = MOST_CODES + 1
    return Run(
        np.zeros(size, np.int32), np.zeros(size, np.bool_), np.zeros(size, np.int64), np.zeros(size, np.int32),
        np.zeros(size, np.bool_),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def is_katakana(code: int) -> bool:
    """Whether a Katakana letter or its sign of length."""
    return 0x30A1 <= code <= 0x30FF or 0x31F0 <= code <= 0x31FF or 0xFF66 <= code <= 0xFF9F


@njit(nogil=True, cache=True)
def cut(run: Run, n: int, way: int, tables: Tables) -> None:
    """Fills run.ends of the first n codes, all of `way`; a word always ends behind the last."""
    codes, ends = run.codes, run.ends
    for i in range(n):  # where a character ends with all its marks
        last = i == n - 1 or not (tables.bits[codes[i + 1]] & JOINS)
        ends[i] = last and (i == n - 1 or not (tables.bits[codes[i]] & LEADS))
        if way == TIBETAN:
            tsheg = codes[i] == _TSHEG or codes[i] == _TSHEG_BEFORE_SHAD
            ends[i] = tsheg or i == n - 1
    if way in (TIBETAN, SYLLABLES):
        return
    _search(run, n, way == CJ, tables.prefixes)
    at = n
    borders = run.before
    for i in range(n):
        ends[i] = False
    joined = False
    while at > 0:  # backwards along the cheapest way
        unknown = run.unknown[at]
        if not (joined and unknown and way != CJ):
            ends[at - 1] = True
        joined = unknown
        at = borders[at]


@njit(nogil=True, cache=True)
def _search(run: Run, n: int, cj: bool, prefixes: np.ndarray) -> None:
    """Fills cost, before and unknown: of the cheapest way from the first code to each border of characters."""
    codes, ends, cost, before, unknown = run
    for i in range(1, n + 1):
        cost[i] = _FAR
    cost[0] = 0
    for i in range(n):
        if cost[i] >= _FAR:
            continue
        value, j, single = np.uint64(0), i, 0
        while j < n:  # words that begin here
            value = fold(value, codes[j])
            slot = slot_of(prefixes, value)
            held = prefixes[slot]
            j += 1
            if ends[j - 1] and single == 0:
                single = j
            if held == 0:
                break
            price = np.int64(held & _LOW) - 1
            if price >= 0 and ends[j - 1] and cost[i] + price < cost[j]:
                cost[j], before[j], unknown[j] = cost[i] + price, i, False
        if single == 0:
            single = j
            while not ends[single - 1]:
                single += 1
        if cost[i] + UNKNOWN_COST < cost[single]:
            cost[single], before[single], unknown[single] = cost[i] + UNKNOWN_COST, i, True
        if cj and is_katakana(codes[i]) and (i == 0 or not is_katakana(codes[i - 1])):
            j = i + 1
            while j < n and is_katakana(codes[j]):
                j += 1
            if ends[j - 1] and j > single and cost[i] + KATAKANA_COST < cost[j]:
                cost[j], before[j], unknown[j] = cost[i] + KATAKANA_COST, i, False
