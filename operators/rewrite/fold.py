"""Folds full-width letters and digits to ASCII; by option also case, and digits to a placeholder.

Source:   Unicode 14, block Halfwidth and Fullwidth Forms, and CaseFolding.txt (by str.casefold); digits as one sign and
          lower case as CCNet prepares text for language models (Wenzek et al. 2019, arXiv:1911.00359, section 3.2).
Deviates: from NFKC (rewrite.unicode), which folds full-width marks as well and with them half of the punctuation of
          Chinese (，！？) but not the other half (。、): here marks of sentences and brackets stay in every case.
"""

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.character_map import CharacterMap, character_map, map_characters

WIDE, ASCII_AWAY = range(0xFF01, 0xFF5F), 0xFEE0  # U+FF21 is A in full width
KINDS = ("letters", "digits", "signs")
SENTENCE_MARKS = "！（），：；？"  # of the wide forms of ASCII
Case = Literal["keep", "lower", "fold"]


def folded(text: str, width: tuple[str, ...], case: Case, digits: str | None) -> str:
    """`text` with each character folded: the specification.

    >>> folded("ＡＢＣ１２３，Ｘ＠ｙ！", ("letters", "digits"), "keep", None)
    'ABC123，X＠y！'
    >>> folded("Straße Nr. 12 ３", ("digits",), "fold", "0")
    'strasse nr. 00 0'
    """
    return "".join(folded_character(character, width, case, digits) for character in text)


def folded_character(character: str, width: tuple[str, ...], case: Case, digits: str | None) -> str:
    if ord(character) in WIDE and kind_of(narrow := chr(ord(character) - ASCII_AWAY)) in width:
        character = character if character in SENTENCE_MARKS else narrow
    if digits is not None and character.isdecimal():
        return digits
    return character if case == "keep" else character.lower() if case == "lower" else character.casefold()


def kind_of(narrow: str) -> str:
    """Which of KINDS an ASCII character is."""
    return "digits" if narrow.isdecimal() else "letters" if narrow.isalpha() else "signs"


@dataclass(frozen=True, kw_only=True)
class Fold(Rewrite):
    """Adds `folded_chars`: characters that became others.

    width: which full-width forms become ASCII: letters, digits, signs (＠ ＃ ％ ＋ ．). case: keep; lower, each
    character by itself; fold, as for comparing. digits: what replaces each decimal digit of any script; null: nothing.
    """

    width: tuple[str, ...] = ("letters", "digits")
    case: Case = "keep"
    digits: str | None = None

    adds: ClassVar[Columns] = {"folded_chars": pa.int32()}

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.width) - set(KINDS)):
            raise ValueError(f"width knows {sorted(KINDS)}, not {unknown}")
        if self.case not in get_args(Case):
            raise ValueError(f"case must be one of {get_args(Case)}, got {self.case!r}")

    def rewrite(self, batch: Batch) -> Arrays:
        found = map_characters(batch.column("text"), _table(self.width, self.case, self.digits))
        return {"text": found.text, "folded_chars": pa.array(found.replaced)}


@functools.lru_cache(maxsize=8)
def _table(width: tuple[str, ...], case: Case, digits: str | None) -> CharacterMap:
    return character_map({character: folded_character(character, width, case, digits) for character in _changing()})


def _changing() -> Iterator[str]:
    """Every character that some setting changes."""
    for code in (*range(0x20000), *range(0xE0000, 0xE1000)):
        character = chr(code)
        if code in WIDE or character.isdecimal() or unicodedata.category(character)[0] in "LNMS":
            yield character
