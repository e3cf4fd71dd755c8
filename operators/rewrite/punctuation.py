"""Writes the punctuation of each text on one side: full-width in Chinese and Japanese, ASCII in other languages.

Source:   GB/T 15834-2011 (punctuation of Chinese: ，。；：？！（） are full-width), JIS X 4051 (、。 of Japanese).
Deviates: a mark becomes full-width behind Han or Kana only, a bracket beside them only: version 3.11, 12:30 and English
          words in a Chinese text stay what they are. The other way round a space is put where English has one.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import spans_of, text_from
from corpusmill.operators.text.unicode_table import ALONE, ALPHA, CODE_POINTS, unicode_tables
from corpusmill.operators.text.utf8 import code_at, width_at

EVERY = "*"
STAYS, CHINESE, JAPANESE, ASCII = 0, 1, 2, 3  # side of a document
TO_CHINESE: Mapping[str, str] = dict(zip(",.!?;:()", "，。！？；：（）", strict=True))
TO_JAPANESE: Mapping[str, str] = TO_CHINESE | {",": "、"}
TO_ASCII: Mapping[str, str] = {wide: narrow for narrow, wide in TO_CHINESE.items()} | {"、": ",", "．": "."}
GOING_ON = ".?"  # stay before letters and digits: 截图.png, 搜索?q=1
NONE_OPEN, NARROW_OPEN, WIDE_OPEN = 0, 1, 2  # the last bracket
WIDE_MARKS = "，。！？；：（）、”’」』》】〉"  # count as Han for what stands beside them


def one_sided(text: str, side: int) -> str:
    """`text` with its punctuation on one side: the specification.

    >>> one_sided("你好, 世界(2.0版)! OK, fine.", CHINESE), one_sided("3.11,好,12:30.a.好.a", JAPANESE)
    ('你好，世界（2.0版）！OK, fine.', '3.11,好、12:30.a.好.a')
    >>> one_sided("Hello，world。3，000 ok（yes）", ASCII)
    'Hello, world.3,000 ok (yes)'
    """
    if side == STAYS:
        return text
    return _to_ascii(text) if side == ASCII else _to_wide(text, TO_CHINESE if side == CHINESE else TO_JAPANESE)


def _to_ascii(text: str) -> str:
    out = []
    for at, character in enumerate(text):
        narrow = TO_ASCII.get(character, character)
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        space_before = character == "（" and before.isalpha()
        space_after = narrow != character and narrow != "(" and after.isalpha()
        out.append(" " * space_before + narrow + " " * space_after)
    return "".join(out)


def _to_wide(text: str, marks: Mapping[str, str]) -> str:
    out, at, bracket = [], 0, NONE_OPEN
    while at < len(text):
        character, before, after = text[at], out[-1] if out else "", text[at + 1 : at + 2]
        at += 1
        if character == "(":
            turns = is_wide(before) or is_wide(after)
            bracket = WIDE_OPEN if turns else NARROW_OPEN
        elif character == ")":
            turns = bracket == WIDE_OPEN or (bracket == NONE_OPEN and is_wide(before))
            bracket = NONE_OPEN
        else:
            goes_on = character in GOING_ON and (after == "." or (after.isascii() and after.isalnum()))
            turns = character in marks and is_wide(before) and not goes_on
        if not turns:
            out.append(character)
            continue
        out.append(marks[character])
        if character != "(" and after == " ":
            at += 1
    return "".join(out)


def is_wide(character: str) -> bool:
    """Whether Han, Kana or one of WIDE_MARKS.

    >>> [is_wide(c) for c in ("好", "ア", "」", "a", "", "ไ")]
    [True, True, True, False, False, False]
    """
    return bool(character) and bool(_wide()[ord(character)])


@dataclass(frozen=True, kw_only=True)
class Punctuation(Rewrite):
    """Adds `punctuation_marks_changed`.

    full, half: languages whose texts get full-width or ASCII marks; "*" stands for every other language. A document
    whose language is null, "" or "und" stays as it is. language_column: where the language stands; of "zh_Hant" or
    "zh-TW" the part before the script counts. Japanese commas become 、, those of other languages ，.
    """

    full: tuple[str, ...] = ("zh", "yue", "wuu", "lzh", "ja", "cmn", "zho", "jpn")
    half: tuple[str, ...] = (EVERY,)
    language_column: str = "language"

    reads: ClassVar[Columns] = {"text": pa.large_string(), "language": pa.string()}
    adds: ClassVar[Columns] = {"punctuation_marks_changed": pa.int32()}

    def __post_init__(self) -> None:
        if both := sorted(set(self.full) & set(self.half)):
            raise ValueError(f"full and half both name {both}: a language has its marks on one side")

    def columns_read(self) -> Columns:
        return {"text": pa.large_string(), self.language_column: pa.string()}

    def rewrite(self, batch: Batch) -> Arrays:
        column = batch.column("text")
        texts = spans_of(column)
        changed, ends = np.zeros(len(column), np.int32), np.zeros(len(column), np.int64)
        out = np.empty(3 * int((texts.ends - texts.starts).sum()), np.uint8)
        sides = self._sides(batch.column(self.language_column))
        size = _rewrite(texts.data, texts.starts, texts.ends, sides, _tables(), out, ends, changed)
        if not changed.any():
            return {"text": column, "punctuation_marks_changed": pa.array(changed)}
        null = column.is_null().to_numpy(zero_copy_only=False)
        return {"text": text_from(out[:size].copy(), ends, null), "punctuation_marks_changed": pa.array(changed)}

    def _sides(self, languages: pa.Array) -> np.ndarray:
        """uint8, one a document: STAYS, CHINESE, JAPANESE or ASCII."""
        coded = languages.dictionary_encode()
        sides = [self.side_of(str(name)) for name in coded.dictionary.to_pylist()]
        places = coded.indices.fill_null(len(sides)).to_numpy()
        return np.array([*sides, STAYS], np.uint8)[places]

    def side_of(self, language: str) -> int:
        """The side of a language's marks."""
        plain = re.split("[_-]", language)[0].lower()
        if plain in ("", "und"):
            return STAYS
        if plain in self.full or (EVERY in self.full and plain not in self.half):
            return JAPANESE if plain in ("ja", "jpn") else CHINESE
        return ASCII if plain in self.half or EVERY in self.half else STAYS


class Tables(NamedTuple):
    """wide, alpha: bool by code point; mark: uint32 (4, CODE_POINTS), what a mark becomes on each side, 0: it stays."""

    wide: np.ndarray
    alpha: np.ndarray
    mark: np.ndarray


@functools.cache
def _wide() -> np.ndarray:
    wide = (unicode_tables().bits & ALONE) != 0
    wide[:0x3000] = False  # Thai and others
    wide[0xA000:0xF900] = False  # Myanmar
    wide[[ord(mark) for mark in WIDE_MARKS]] = True
    return wide


@functools.cache
def _tables() -> Tables:
    mark = np.zeros((4, CODE_POINTS), np.uint32)
    for side, table in ((CHINESE, TO_CHINESE), (JAPANESE, TO_JAPANESE), (ASCII, TO_ASCII)):
        for before, after in table.items():
            mark[side, ord(before)] = ord(after)
    return Tables(_wide(), (unicode_tables().bits & ALPHA) != 0, mark)


@njit(nogil=True, cache=True)
def _put(out: np.ndarray, at: int, code: int) -> int:
    """Write one character of at most three bytes; where it ends."""
    if code < 0x80:
        out[at] = code
        return at + 1
    out[at], out[at + 1], out[at + 2] = 0xE0 | code >> 12, 0x80 | (code >> 6 & 0x3F), 0x80 | (code & 0x3F)
    return at + 3


@njit(nogil=True, cache=True)
def _turns(code: int, before: int, after: int, bracket: int, wide: np.ndarray) -> bool:
    """Whether a mark becomes full-width; before, after: code points beside it, 0 at the ends of the text."""
    if code == 40:  # (
        return wide[before] or wide[after]
    if code == 41:  # )
        return bracket == WIDE_OPEN or (bracket == NONE_OPEN and wide[before])
    goes_on = after == 46 or 48 <= after <= 57 or 65 <= after <= 90 or 97 <= after <= 122
    return wide[before] and not (goes_on and (code == 46 or code == 63))  # . ?


@njit(nogil=True, cache=True)
def _rewrite(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, sides: np.ndarray, tables: Tables, out: np.ndarray,
    out_ends: np.ndarray, changed: np.ndarray,
) -> int:  # fmt: skip
    wide, alpha, mark = tables
    at = 0
    for i in range(len(starts)):
        p, end, side = starts[i], ends[i], sides[i]
        before, bracket = 0, NONE_OPEN
        while p < end:
            code, width = code_at(data, p), width_at(data, p)
            after = code_at(data, p + width) if p + width < end else 0
            becomes = int(mark[side, code])
            narrow = becomes > 0 and side == ASCII
            turns = narrow or (becomes > 0 and _turns(code, before, after, bracket, wide))
            if side != ASCII and (code == 40 or code == 41):
                bracket = NONE_OPEN if code == 41 else WIDE_OPEN if turns else NARROW_OPEN
            if turns:
                changed[i] += 1
                if narrow and becomes == 40 and alpha[before]:
                    at = _put(out, at, 32)
                at = _put(out, at, becomes)
                if narrow and becomes != 40 and alpha[after]:
                    at = _put(out, at, 32)
                if not narrow and code != 40 and after == 32:
                    width += 1
                before = code if narrow else becomes
            else:
                for k in range(p, p + width):
                    out[at] = data[k]
                    at += 1
                before = code
            p += width
        out_ends[i] = at
    return at
