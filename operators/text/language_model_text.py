"""Prepares text for an n-gram language model: one way of writing, and a space between its tokens.

Source: Wenzek et al. 2019 (CCNet), arXiv:1911.00359, section 3.2, and the table of marks of its normalizer: lower case
        without accents, each digit 0, marks of punctuation as in ASCII.
"""

import functools
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from corpusmill.operators.text.character_map import CharacterMap, character_map, map_characters
from corpusmill.operators.text.unicode_table import CODE_POINTS

MARKS = {
    "，": ",", "。": ".", "、": ",", "„": '"', "”": '"', "“": '"', "«": '"', "»": '"', "」": '"', "「": '"',
    "《": '"', "》": '"', "´": "'", "∶": ":", "：": ":", "？": "?", "！": "!", "（": "(", "）": ")",
    "；": ";", "–": "-", "—": " - ", "．": ". ", "～": "~", "’": "'", "…": "...", "━": "-", "〈": "<",
    "〉": ">", "【": "[", "】": "]", "％": "%", "►": "-",
}  # fmt: skip
CHARACTER = r"([^\s])"


def plain_character(character: str) -> str:
    """One character in lower case, without accents, digits as 0, marks as in ASCII, controls as nothing.

    >>> [plain_character(c) for c in "É７。A\\u0301好\\n"]
    ['e', '0', '.', 'a', '', '好', '\\n']
    """
    if character.isdecimal():
        return "0"
    if character in MARKS:
        return MARKS[character]
    if unicodedata.category(character) == "Cc" and character != "\n":
        return ""
    lowered = character.lower()
    return "".join(c for c in unicodedata.normalize("NFD", lowered) if unicodedata.category(c) != "Mn") or (
        "" if unicodedata.category(character) == "Mn" else lowered
    )


def plain(texts: pa.Array) -> pa.Array:
    """The texts with every character as `plain_character` writes it; null stays null."""
    return map_characters(texts, _table()).text


def characters(texts: pa.Array) -> pa.Array:
    """The texts with a space behind each character that is none, as models of characters are trained.

    >>> characters(pa.array(["好 ab"], pa.large_string())).to_pylist()
    ['好  a b ']
    """
    return pc.replace_substring_regex(texts, pattern=CHARACTER, replacement=r"\1 ")


@functools.cache
def _table() -> CharacterMap:
    named = (chr(code) for code in range(CODE_POINTS) if code < 0x20000 and not 0xAC00 <= code < 0xD7A4)
    surrogates = range(0xD800, 0xE000)
    return character_map({c: plain_character(c) for c in named if ord(c) not in surrogates})
