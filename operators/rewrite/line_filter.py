"""Lines that are too short, or do not end like a sentence.

Source:   Raffel et al. 2020 (C4), arXiv:1910.10683, section 2.2: "only retained lines that ended in a terminal
          punctuation mark (i.e. a period, exclamation mark, question mark, or end quotation mark)".
Deviates: closing marks of other scripts count too; blank lines always stay, they part paragraphs.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numba import njit

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.line_cut import line_places, lines_dropped, without_lines
from corpusmill.operators.text.spans import spans_of

ASCII_SPACE = "".join(map(chr, range(33)))
TERMINAL = (
    ".",
    "!",
    "?",
    '"',
    "”",
    "。",
    "！",
    "？",
    "」",
    "』",
    "．",
    "…",
    "।",
    "॥",
    "؟",
    "۔",
    "։",
    "።",
    "។",
    "၊",
    "။",
)


def kept_lines(text: str, min_chars: int, must_end_with: tuple[str, ...]) -> str:
    """`text` without non-blank lines of fewer than `min_chars` characters or ending in none of `must_end_with`.

    Lines are measured without ASCII white space around them; an empty `must_end_with` asks for no ending.

    >>> kept_lines("Home | About\\n\\nTea is hot.\\nok.", 4, (".",))
    '\\nTea is hot.'
    """
    kept = []
    for line in text.split("\n"):
        core = line.strip(ASCII_SPACE)
        ends_well = not must_end_with or core.endswith(must_end_with)
        if not core or (len(core) >= min_chars and ends_well):
            kept.append(line)
    return "\n".join(kept)


@dataclass(frozen=True, kw_only=True)
class LineFilter(Rewrite):
    """Adds `lines_filtered`, the lines removed. min_chars: in characters; must_end_with: () to allow any ending."""

    min_chars: int = 0
    must_end_with: tuple[str, ...] = TERMINAL

    adds: ClassVar[Columns] = {"lines_filtered": pa.int32()}

    def __post_init__(self) -> None:
        if self.min_chars < 0:
            raise ValueError(f"min_chars must be at least 0, got {self.min_chars}")
        if "" in self.must_end_with:
            raise ValueError(f"must_end_with holds an empty ending: {self.must_end_with!r}")

    def rewrite(self, batch: Batch) -> Arrays:
        texts = spans_of(batch.column("text"))
        lines = line_places(texts)
        endings = [ending.encode() for ending in self.must_end_with]
        offsets = np.zeros(len(endings) + 1, np.int64)
        offsets[1:] = np.cumsum([len(ending) for ending in endings])
        joined = np.frombuffer(b"".join(endings) or b"\0", np.uint8)
        dropped = np.zeros(len(lines.begins), np.bool_)
        _mark(texts.data, lines.cores_begin, lines.cores_end, self.min_chars, joined, offsets, dropped)
        null = batch.column("text").is_null().to_numpy(zero_copy_only=False)
        return {
            "text": without_lines(texts, lines, dropped, null) if dropped.any() else batch.column("text"),
            "lines_filtered": pa.array(lines_dropped(lines, dropped)),
        }


@njit(nogil=True, cache=True)
def _ends_with(data: np.ndarray, begin: int, end: int, endings: np.ndarray, offsets: np.ndarray) -> bool:
    for e in range(len(offsets) - 1):
        size = offsets[e + 1] - offsets[e]
        if size > end - begin:
            continue
        k = 0
        while k < size and data[end - size + k] == endings[offsets[e] + k]:
            k += 1
        if k == size:
            return True
    return False


@njit(nogil=True, cache=True)
def _mark(
    data: np.ndarray, begins: np.ndarray, ends: np.ndarray, min_chars: int, endings: np.ndarray, offsets: np.ndarray,
    dropped: np.ndarray,
) -> None:  # fmt: skip
    for line in range(len(begins)):
        begin, end = begins[line], ends[line]
        if begin == end:
            continue
        if len(offsets) > 1 and not _ends_with(data, begin, end, endings, offsets):
            dropped[line] = True
            continue
        chars = 0
        for p in range(begin, end):
            chars += (data[p] & 0xC0) != 0x80
            if chars >= min_chars:
                break
        dropped[line] = chars < min_chars
