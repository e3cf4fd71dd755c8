"""How much of a document was broken on its way: lost characters, a wrong character set, words in two alphabets.

Source:   the usual remains of wrong decoding: U+FFFD of bytes that are no UTF-8; 锟斤拷, U+FFFD written as UTF-8 and
          read as GBK; 烫烫烫 and 屯屯屯, memory filled by a debugger and read as GBK; ï¿½, U+FFFD read as Latin-1;
          words in two alphabets by Unicode Technical Standard #39, section 5.1 (mixed scripts), without Han scripts.
Deviates: a word counts as mixed with at least two letters of each alphabet: Δt and µm are no mixture.
"""

import functools
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.scripts import SCRIPTS, script_table
from corpusmill.operators.text.shares import share, shares
from corpusmill.operators.text.spans import Spans, spans_of
from corpusmill.operators.text.unicode_table import CODE_POINTS
from corpusmill.operators.text.utf8 import code_at, width_at

REPLACEMENT = 0xFFFD
CYCLES = ("锟斤拷", "烫", "屯", "葺", "ï¿½")  # what comes again and again, and with which character it may begin
MIN_RUN = 3  # characters: 锟斤拷 once, 烫烫烫
PRIVATE = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
UNMIXED = ("Zyyy", "Hani", "Hira", "Kana", "Bopo", "Hang", "Jpan")  # stand beside letters of any alphabet
MIN_LETTERS = 2
COUNTED = ("replacement", "wrong_charset", "private", "mixed")
_CHARACTERS = "".join(CYCLES)
_FIRST = [_CHARACTERS.index(cycle) for cycle in CYCLES]


def garble(text: str) -> dict[str, int]:
    """Characters of each kind in a text, and its mixed words: the specification.

    >>> garble("好锟斤拷锟斤拷 烫烫 烫烫烫 \\ufffd \\ue001 Приvет Δt")
    {'replacement': 1, 'wrong_charset': 9, 'private': 1, 'mixed': 0}
    >>> garble("Прииvvет")["mixed"]
    1
    """
    table, wrong, at = script_table(), 0, 0
    while at < len(text):
        run = max(_run(text, at, cycle) for cycle in CYCLES)
        wrong += run
        at += max(run, 1)
    mixed, letters = 0, np.zeros(len(SCRIPTS), np.int64)
    for character in text + " ":
        script = int(table[ord(character)])
        if script and SCRIPTS[script] not in UNMIXED:
            letters[script] += 1
        else:
            mixed += int((letters >= MIN_LETTERS).sum() > 1)
            letters[:] = 0
    private = sum(any(first <= ord(character) <= last for first, last in PRIVATE) for character in text)
    counts = (text.count(chr(REPLACEMENT)), wrong, private, mixed)
    return dict(zip(COUNTED, counts, strict=True))


def _run(text: str, at: int, cycle: str) -> int:
    """Characters of whole repetitions of `cycle` from `at` on, 0 where they are fewer than MIN_RUN."""
    end = at
    while text.startswith(cycle, end):
        end += len(cycle)
    return end - at if end - at >= MIN_RUN else 0


@dataclass(frozen=True, kw_only=True)
class Garble(Signal):
    """Adds `garble_replacement_chars` (U+FFFD), `garble_wrong_charset_chars` (锟斤拷, 烫烫烫, ï¿½),
    `garble_private_chars` (without a meaning outside one font), `garble_mixed_words` (letters of two alphabets in one
    word), and `garble_ratio`: these characters, without the words, by all, 0 to 1, 0 in a blank document.
    """

    adds: ClassVar[Columns] = {
        "garble_replacement_chars": pa.int32(),
        "garble_wrong_charset_chars": pa.int32(),
        "garble_private_chars": pa.int32(),
        "garble_mixed_words": pa.int32(),
        "garble_ratio": pa.float32(),
    }

    def measure(self, batch: Batch) -> Arrays:
        counts, chars = counted(spans_of(batch.column("text")))
        replacement, wrong, private, mixed = counts
        ratio = shares(replacement.astype(np.int64) + wrong + private, chars)
        arrays = (*map(pa.array, (replacement, wrong, private, mixed)), pa.array(ratio))
        return dict(zip(self.adds, arrays, strict=True))


def ratio_of(text: str) -> float:
    """`garble_ratio` of one text.

    >>> ratio_of("锟斤拷\\ufffd"), ratio_of("")
    (1.0, 0.0)
    """
    found = garble(text)
    return share(found["replacement"] + found["wrong_charset"] + found["private"], len(text))


def counted(texts: Spans) -> tuple[np.ndarray, np.ndarray]:
    """int32 (4, n), in the order of COUNTED, and int64 (n,), characters of each document."""
    counts, chars = np.zeros((len(COUNTED), len(texts.starts)), np.int32), np.zeros(len(texts.starts), np.int64)
    _count(texts.data, texts.starts, texts.ends, _tables(), np.zeros(len(SCRIPTS), np.int64), counts, chars)
    return counts, chars


class Tables(NamedTuple):
    """kind: uint8 by code point: 1 U+FFFD, 2 private, 3 and on: the first character of cycle kind - 3; script: uint8,
    0 for what has no alphabet; cycles: int64, code points of all cycles; first: int64, where each begins.
    """

    kind: np.ndarray
    script: np.ndarray
    cycles: np.ndarray
    first: np.ndarray


@functools.cache
def _tables() -> Tables:
    kind = np.zeros(CODE_POINTS, np.uint8)
    kind[REPLACEMENT] = 1
    for begin, end in PRIVATE:
        kind[begin : end + 1] = 2
    for place, cycle in enumerate(CYCLES):
        kind[ord(cycle[0])] = 3 + place
    script = script_table().copy()
    script[np.isin(script, [SCRIPTS.index(name) for name in UNMIXED])] = 0
    cycles = np.array([ord(character) for character in _CHARACTERS], np.int64)
    return Tables(kind, script, cycles, np.array([*_FIRST, len(cycles)], np.int64))


@njit(nogil=True, cache=True)
def _cycle_end(data: np.ndarray, p: int, end: int, cycles: np.ndarray, begin: int, stop: int) -> tuple[int, int]:
    """Where whole repetitions of cycles[begin:stop] from byte `p` on end, and their characters."""
    chars = 0
    while True:
        q = p
        for k in range(begin, stop):
            if q >= end or code_at(data, q) != cycles[k]:
                return p, chars
            q += width_at(data, q)
        p = q
        chars += stop - begin


@njit(nogil=True, cache=True)
def _mixed(letters: np.ndarray) -> int:
    """1 where a word has letters of two alphabets; starts the next word."""
    alphabets = 0
    for script in range(len(letters)):
        alphabets += letters[script] >= MIN_LETTERS
        letters[script] = 0
    return int(alphabets > 1)


@njit(nogil=True, cache=True)
def _count(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, tables: Tables, letters: np.ndarray, counts: np.ndarray,
    chars: np.ndarray,
) -> None:  # fmt: skip
    kinds, scripts, cycles, first = tables
    for i in range(len(starts)):
        p, end = starts[i], ends[i]
        seen, last, several = 0, 0, False  # letters of the word, its first alphabet, whether it has others
        run_end = p
        while p < end:
            code, width = code_at(data, p), width_at(data, p)
            chars[i] += 1
            kind, script = int(kinds[code]), int(scripts[code])
            if script:
                several |= seen > 0 and script != last
                letters[script] += 1
                last = script
                seen += 1
            elif seen:
                counts[3, i] += _mixed(letters) if several else 0
                if not several:
                    letters[last] = 0
                seen, several = 0, False
            if kind == 1:
                counts[0, i] += 1
            elif kind == 2:
                counts[2, i] += 1
            elif kind and p >= run_end:
                at, run = _cycle_end(data, p, end, cycles, first[kind - 3], first[kind - 2])
                if run >= MIN_RUN:
                    counts[1, i] += run
                    run_end = at
            p += width
        if seen:
            counts[3, i] += _mixed(letters)
