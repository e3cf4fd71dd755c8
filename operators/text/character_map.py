"""Characters replaced one by one by a table, in all documents of a batch at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.spans import spans_of, text_from
from corpusmill.operators.text.unicode_table import CODE_POINTS
from corpusmill.operators.text.utf8 import code_at, width_at


@dataclass(frozen=True, kw_only=True, eq=False)
class CharacterMap:
    """What each code point becomes: nothing else where `entry` is 0, else data[begin[entry - 1]:begin[entry]].

    entry: uint16 (CODE_POINTS,); begin: int64, one more than there are texts; data: uint8, the texts in UTF-8.
    """

    entry: np.ndarray
    begin: np.ndarray
    data: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """text: large_string; replaced: int32, how many characters of each document became others."""

    text: pa.Array
    replaced: np.ndarray


def character_map(replacements: Mapping[str, str]) -> CharacterMap:
    """A map from characters to texts; those that stay what they are may be among them.

    >>> found = map_characters(pa.array(["Ａ1", None]), character_map({"Ａ": "A", "1": "1"}))
    >>> found.text.to_pylist(), found.replaced.tolist()
    (['A1', None], [1, 0])
    """
    entry = np.zeros(CODE_POINTS, np.uint16)
    texts: dict[bytes, int] = {}
    for character, text in replacements.items():
        if character != text:
            entry[ord(character)] = texts.setdefault(text.encode(), len(texts) + 1)
    begin = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return CharacterMap(entry=entry, begin=begin, data=np.frombuffer(b"".join(texts) or b"\0", np.uint8))


def map_characters(column: pa.Array, table: CharacterMap) -> Mapped:
    """The documents of a string column with their characters replaced; null stays null."""
    column = column.cast(pa.large_string())
    texts = spans_of(column)
    replaced = np.zeros(len(column), np.int32)
    ends = np.zeros(len(column), np.int64)
    size = _measure(texts.data, texts.starts, texts.ends, table.entry, table.begin, replaced, ends)
    if not replaced.any():
        return Mapped(text=column, replaced=replaced)
    out = np.empty(size, np.uint8)
    _write(texts.data, texts.starts, texts.ends, table.entry, table.begin, table.data, out)
    null = column.is_null().to_numpy(zero_copy_only=False)
    return Mapped(text=text_from(out, ends, null), replaced=replaced)


@njit(nogil=True, cache=True)
def _measure(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, entry: np.ndarray, begin: np.ndarray, replaced: np.ndarray,
    out_ends: np.ndarray,
) -> int:  # fmt: skip
    """Count what is replaced in each document and where each ends in the output; the size of all."""
    size = 0
    for i in range(len(starts)):
        p, end = starts[i], ends[i]
        while p < end:
            width = width_at(data, p)
            which = int(entry[np.uintp(code_at(data, p))])
            if which:
                replaced[i] += 1
                size += begin[which] - begin[which - 1]
            else:
                size += width
            p += width
        out_ends[i] = size
    return size


@njit(nogil=True, cache=True)
def _write(
    data: np.ndarray, starts: np.ndarray, ends: np.ndarray, entry: np.ndarray, begin: np.ndarray, texts: np.ndarray,
    out: np.ndarray,
) -> None:  # fmt: skip
    at = 0
    for i in range(len(starts)):
        p, end = starts[i], ends[i]
        while p < end:
            width = width_at(data, p)
            which = int(entry[np.uintp(code_at(data, p))])
            if which:
                for k in range(begin[which - 1], begin[which]):
                    out[at] = texts[k]
                    at += 1
            else:
                for k in range(p, p + width):
                    out[at] = data[k]
                    at += 1
            p += width
