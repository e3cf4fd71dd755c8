"""Which script a text is written in, by its letters.

Source: Unicode 14, Blocks.txt and Scripts.txt, coarsened to the blocks where letters of each script lie; names are
ISO 15924 codes. Han with Kana is `Jpan`, as in the labels of multilingual corpora.
"""

import functools
from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import Spans
from corpusmill.operators.text.utf8 import code_at, width_at

NONE = "Zyyy"  # ISO 15924: undetermined
KANA_SHARE = 0.05  # guess: fewer Kana among Han are names in a Chinese text

BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x41, 0x5A, "Latn"), (0x61, 0x7A, "Latn"), (0xAA, 0xAA, "Latn"), (0xBA, 0xBA, "Latn"), (0xC0, 0xD6, "Latn"),
    (0xD8, 0xF6, "Latn"), (0xF8, 0x2B8, "Latn"), (0x370, 0x3E1, "Grek"), (0x3F0, 0x3FF, "Grek"),
    (0x3E2, 0x3EF, "Copt"), (0x400, 0x52F, "Cyrl"), (0x531, 0x58F, "Armn"), (0x591, 0x5FF, "Hebr"),
    (0x620, 0x65F, "Arab"), (0x66E, 0x6FF, "Arab"), (0x700, 0x74F, "Syrc"), (0x750, 0x77F, "Arab"),
    (0x780, 0x7BF, "Thaa"), (0x7C0, 0x7FF, "Nkoo"), (0x8A0, 0x8FF, "Arab"), (0x900, 0x963, "Deva"),
    (0x966, 0x97F, "Deva"), (0x980, 0x9FF, "Beng"), (0xA00, 0xA7F, "Guru"), (0xA80, 0xAFF, "Gujr"),
    (0xB00, 0xB7F, "Orya"), (0xB80, 0xBFF, "Taml"), (0xC00, 0xC7F, "Telu"), (0xC80, 0xCFF, "Knda"),
    (0xD00, 0xD7F, "Mlym"), (0xD80, 0xDFF, "Sinh"), (0xE00, 0xE3E, "Thai"), (0xE40, 0xE7F, "Thai"),
    (0xE80, 0xEFF, "Laoo"), (0xF00, 0xFFF, "Tibt"), (0x1000, 0x109F, "Mymr"), (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Hang"), (0x1200, 0x139F, "Ethi"), (0x13A0, 0x13FF, "Cher"), (0x1400, 0x167F, "Cans"),
    (0x1780, 0x17FF, "Khmr"), (0x1800, 0x18AF, "Mong"), (0x1B00, 0x1B7F, "Bali"), (0x1B80, 0x1BBF, "Sund"),
    (0x1C50, 0x1C7F, "Olck"), (0x1C80, 0x1C8F, "Cyrl"), (0x1C90, 0x1CBF, "Geor"), (0x1E00, 0x1EFF, "Latn"),
    (0x1F00, 0x1FFF, "Grek"), (0x2C60, 0x2C7F, "Latn"), (0x2C80, 0x2CFF, "Copt"), (0x2D00, 0x2D2F, "Geor"),
    (0x2D30, 0x2D7F, "Tfng"), (0x2D80, 0x2DDF, "Ethi"), (0x2DE0, 0x2DFF, "Cyrl"), (0x3041, 0x309F, "Hira"),
    (0x30A1, 0x30FA, "Kana"), (0x30FC, 0x30FF, "Kana"), (0x3105, 0x312F, "Bopo"), (0x3131, 0x318E, "Hang"),
    (0x31F0, 0x31FF, "Kana"), (0x3400, 0x4DBF, "Hani"), (0x4E00, 0x9FFF, "Hani"), (0xA000, 0xA4CF, "Yiii"),
    (0xA640, 0xA69F, "Cyrl"), (0xA720, 0xA7FF, "Latn"), (0xA8E0, 0xA8FF, "Deva"), (0xA980, 0xA9DF, "Java"),
    (0xAA60, 0xAA7F, "Mymr"), (0xAB00, 0xAB2F, "Ethi"), (0xAB30, 0xAB6F, "Latn"), (0xAB70, 0xABBF, "Cher"),
    (0xABC0, 0xABFF, "Mtei"), (0xAC00, 0xD7FF, "Hang"), (0xF900, 0xFAFF, "Hani"), (0xFB00, 0xFB06, "Latn"),
    (0xFB13, 0xFB17, "Armn"), (0xFB1D, 0xFB4F, "Hebr"), (0xFB50, 0xFDFF, "Arab"), (0xFE70, 0xFEFC, "Arab"),
    (0xFF21, 0xFF3A, "Latn"), (0xFF41, 0xFF5A, "Latn"), (0xFF66, 0xFF9F, "Kana"), (0xFFA0, 0xFFDC, "Hang"),
    (0x1E900, 0x1E95F, "Adlm"), (0x20000, 0x3FFFF, "Hani"),
)  # fmt: skip


class Japanese(NamedTuple):
    """Places in SCRIPTS."""

    han: int
    hiragana: int
    katakana: int
    japanese: int


SCRIPTS = (NONE, *sorted({script for _, _, script in BLOCKS}), "Jpan")


def script_of(text: str) -> str:
    """The script of most letters, `Zyyy` without letters; of equals the first by name.

    >>> [script_of(t) for t in ("Tee 123", "茶を飲む", "喝茶", "чай tea чай", "42 %", "ชา")]
    ['Latn', 'Jpan', 'Hani', 'Cyrl', 'Zyyy', 'Thai']
    """
    counts = np.zeros(len(SCRIPTS), np.int64)
    table = script_table()
    for character in text:
        counts[table[ord(character)]] += 1
    return SCRIPTS[_leading(counts, _special())]


def scripts_of(texts: Spans) -> np.ndarray:
    """uint8, the place in SCRIPTS of each text's script; `script_of` is the specification."""
    found = np.empty(len(texts.starts), np.uint8)
    counts = np.zeros(len(SCRIPTS), np.int64)
    _scripts(texts.data, texts.starts, texts.ends, script_table(), counts, _special(), found)
    return found


@functools.cache
def script_table() -> np.ndarray:
    """uint8 (1114112,): the place in SCRIPTS of each code point, 0 for what is no letter of a known script."""
    table = np.zeros(0x110000, np.uint8)
    for first, last, script in BLOCKS:
        table[first : last + 1] = SCRIPTS.index(script)
    return table


@functools.cache
def _special() -> Japanese:
    """The places of the scripts of Japanese, which is written in three."""
    return Japanese(*map(SCRIPTS.index, ("Hani", "Hira", "Kana", "Jpan")))


@njit(nogil=True, cache=True)
def _leading(counts: np.ndarray, special: Japanese) -> int:
    han, hiragana, katakana, japanese = special
    kana = counts[hiragana] + counts[katakana]
    mixed = kana + counts[han]
    winner, most = 0, 0
    for script in range(1, len(counts)):
        count = counts[script]
        if script == han:
            count = mixed
        elif script in (hiragana, katakana):
            count = 0
        if count > most:
            winner, most = script, count
    return japanese if winner == han and kana >= KANA_SHARE * mixed and kana > 0 else winner


@njit(nogil=True, cache=True)
def _scripts(
    data: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    table: np.ndarray,
    counts: np.ndarray,
    special: Japanese,
    found: np.ndarray,
) -> None:
    for i in range(len(starts)):
        counts[:] = 0
        p, end = starts[i], ends[i]
        while p < end:
            counts[table[np.uintp(code_at(data, p))]] += 1
            p += width_at(data, p)
        found[i] = _leading(counts, special)
