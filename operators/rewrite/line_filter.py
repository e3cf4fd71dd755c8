"""Removes lines that are too short, or do not end like a sentence.

Source:   Raffel et al. 2020 (C4), arXiv:1910.10683, section 2.2: "only retained lines that ended in a terminal
          punctuation mark (i.e. a period, exclamation mark, question mark, or end quotation mark)".
Deviates: ends of sentences are those of signals.fineweb, in every script; brackets, quotes and ellipses count too
          (text.punctuation.LINE_ENDS). Blank lines always stay, they part paragraphs. Thai and Lao end sentences
          without a mark: their lines need `must_end_with: []`.
"""

import functools
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.line_cut import line_places, lines_dropped, without_lines
from corpusmill.operators.text.punctuation import LINE_ENDS
from corpusmill.operators.text.spans import spans_of
from corpusmill.operators.text.trimming import drop_spaces
from corpusmill.operators.text.unicode_table import CODE_POINTS, unicode_tables
from corpusmill.operators.text.utf8 import code_at, start_before

UNSEEN = (
    "\xad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
)
BEHIND_ENDS = "*_†‡¹²³⁰⁴⁵⁶⁷⁸⁹"  # marks of notes, and of Markdown: **Tea is hot.**
BLANK = "".join(character for character in map(chr, range(0x3001)) if character.isspace()) + UNSEEN
ASCII_SPACE = "".join(map(chr, range(33)))
WORD_MARKS_FOR_FULL_STOP = "፡፡"  # as Amharic is typed where a keyboard has no U+1362
TERMINAL = (*sorted(LINE_ENDS), WORD_MARKS_FOR_FULL_STOP)


def filter_lines(text: str, min_chars: int, must_end_with: tuple[str, ...]) -> str:
    """`text` without non-blank lines of fewer than `min_chars` characters or ending in none of `must_end_with`.

    Lines are measured without ASCII white space around them, their ends looked at without any white space, characters
    that show nothing (UNSEEN) and marks behind the end (BEHIND_ENDS); an empty `must_end_with` allows any.

    >>> filter_lines("Home | About\\n\\nTea is hot.\\nok.", 4, (".",))
    '\\nTea is hot.'
    """
    kept = []
    for line in text.split("\n"):
        core = line.strip(ASCII_SPACE)
        bare = core.rstrip(BLANK)
        ends_well = (
            not must_end_with or bare.endswith(must_end_with) or bare.rstrip(BEHIND_ENDS).endswith(must_end_with)
        )
        if not core or (len(core) >= min_chars and ends_well):
            kept.append(line)
    return "\n".join(kept)


@dataclass(frozen=True, kw_only=True)
class LineFilter(Rewrite):
    """Adds `lines_filtered`, the lines removed.

    min_chars: in characters. must_end_with: a line must end in one of these; null: like a sentence; []: in anything.
    """

    min_chars: int = 0
    must_end_with: tuple[str, ...] | None = None

    version: ClassVar[int] = 3
    adds: ClassVar[Columns] = {"lines_filtered": pa.int32()}

    def __post_init__(self) -> None:
        if self.min_chars < 0:
            raise ValueError(f"min_chars must be at least 0, got {self.min_chars}")
        if "" in (self.must_end_with or ()):
            raise ValueError(f"must_end_with holds an empty ending: {self.must_end_with!r}")

    def rewrite(self, batch: Batch) -> Arrays:
        texts = spans_of(batch.column("text"))
        lines = line_places(texts)
        endings = _endings(TERMINAL if self.must_end_with is None else self.must_end_with)
        dropped = np.zeros(len(lines.begins), np.bool_)
        _mark(texts.data, lines.cores_begin, lines.cores_end, self.min_chars, endings, unicode_tables().bits, dropped)
        null = batch.column("text").is_null().to_numpy(zero_copy_only=False)
        return {
            "text": without_lines(texts, lines, dropped, null) if dropped.any() else batch.column("text"),
            "lines_filtered": pa.array(lines_dropped(lines, dropped)),
        }


class Endings(NamedTuple):
    """last: bool (1114112,), of each code point whether a line may end in it; joined: longer endings, end to end.

    offsets: int64, where each longer ending begins in `joined`; any_end: whether every line ends well.
    """

    last: np.ndarray
    joined: np.ndarray
    offsets: np.ndarray
    any_end: bool


@functools.lru_cache(maxsize=8)
def _endings(endings: tuple[str, ...]) -> Endings:
    last = np.zeros(CODE_POINTS, np.bool_)
    last[[ord(ending) for ending in endings if len(ending) == 1]] = True
    longer = [ending.encode() for ending in endings if len(ending) > 1]
    offsets = np.zeros(len(longer) + 1, np.int64)
    offsets[1:] = np.cumsum([len(ending) for ending in longer])
    return Endings(last, np.frombuffer(b"".join(longer) or b"\0", np.uint8), offsets, not endings)


@njit(nogil=True, cache=True)
def _ends_well(data: np.ndarray, begin: int, end: int, endings: Endings) -> bool:
    if begin < end and endings.last[code_at(data, start_before(data, end))]:
        return True
    for e in range(len(endings.offsets) - 1):
        size = endings.offsets[e + 1] - endings.offsets[e]
        if size > end - begin:
            continue
        k = 0
        while k < size and data[end - size + k] == endings.joined[endings.offsets[e] + k]:
            k += 1
        if k == size:
            return True
    return False


_UNSEEN, _BEHIND_ENDS = (np.array([*map(ord, characters)], np.int64) for characters in (UNSEEN, BEHIND_ENDS))
_NO_SPACE = np.zeros(1, np.uint8)


@njit(nogil=True, cache=True)
def _drop_listed(data: np.ndarray, begin: int, end: int, listed: np.ndarray, bits: np.ndarray) -> int:
    """The end of data[begin:end] without the listed characters at its end; and without white space, where there are
    `bits` for all code points."""
    while end > begin:
        code = code_at(data, start_before(data, end))
        if code < 33:
            return drop_spaces(data, begin, end, bits) if len(bits) > 1 else end
        found = False
        for each in listed:
            found |= each == code
        if not found:
            break
        end = start_before(data, end)
        end = drop_spaces(data, begin, end, bits) if len(bits) > 1 else end
    return end


@njit(nogil=True, cache=True)
def _mark(
    data: np.ndarray, begins: np.ndarray, ends: np.ndarray, min_chars: int, endings: Endings, bits: np.ndarray,
    dropped: np.ndarray,
) -> None:  # fmt: skip
    for line in range(len(begins)):
        begin, end = begins[line], ends[line]
        if begin == end:
            continue
        if not endings.any_end:
            bare = _drop_listed(data, begin, drop_spaces(data, begin, end, bits), _UNSEEN, bits)
            marked = _drop_listed(data, begin, bare, _BEHIND_ENDS, _NO_SPACE)
            if not _ends_well(data, begin, bare, endings) and not _ends_well(data, begin, marked, endings):
                dropped[line] = True
                continue
        chars = 0
        for p in range(begin, end):
            chars += (data[p] & 0xC0) != 0x80
            if chars >= min_chars:
                break
        dropped[line] = chars < min_chars
