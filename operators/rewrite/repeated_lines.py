"""Lines repeated inside one document: menus, cookie notes, "share this" under every comment.

Source:   Rae et al. 2021 (Gopher), arXiv:2112.11446, appendix A.1: repeated lines mark machine-made text.
Deviates: Gopher drops the document; here the copies go and the document stays.
"""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.line_cut import line_places, lines_dropped, without_lines
from corpusmill.operators.text.spans import spans_of

BASIS = np.uint64(14695981039346656037)  # FNV-1a, 64 bit
PRIME = np.uint64(1099511628211)
ASCII_SPACE = "".join(map(chr, range(33)))


def without_repeats(text: str, min_copies: int, min_bytes: int) -> str:
    """`text` with only the first of each line that it has `min_copies` times or more.

    Lines are compared without the white space around them; shorter ones than `min_bytes` in UTF-8 are left alone.

    >>> without_repeats("Reply to this\\nGood tea.\\nReply to this\\n  Reply to this\\nok\\nok\\nok", 3, 5)
    'Reply to this\\nGood tea.\\nok\\nok\\nok'
    """
    cores = [line.strip(ASCII_SPACE) for line in text.split("\n")]
    counts = Counter(cores)
    seen: set[str] = set()
    kept = []
    for line, core in zip(text.split("\n"), cores, strict=True):
        repeated = len(core.encode()) >= min_bytes and counts[core] >= min_copies
        if not (repeated and core in seen):
            kept.append(line)
        seen.add(core)
    return "\n".join(kept)


@dataclass(frozen=True, kw_only=True)
class RepeatedLines(Rewrite):
    """Adds `repeated_lines_removed`. The first of the copies stays where it is; blank lines are never removed.

    min_copies: how often a line must stand in the document (guess: 3, twice may be a heading and its entry in a table
    of contents); min_bytes: shorter lines stay (guess: 10, they are table cells and list marks).
    """

    min_copies: int = 3
    min_bytes: int = 10

    adds: ClassVar[Columns] = {"repeated_lines_removed": pa.int32()}

    def __post_init__(self) -> None:
        if self.min_copies < 2 or self.min_bytes < 1:
            raise ValueError(f"min_copies must be at least 2, min_bytes at least 1; got {self}")

    def rewrite(self, batch: Batch) -> Arrays:
        texts = spans_of(batch.column("text"))
        lines = line_places(texts)
        dropped = np.zeros(len(lines.begins), np.bool_)
        room = int(np.diff(lines.first).max(initial=0))
        _mark(
            texts.data, lines.first, lines.cores_begin, lines.cores_end, self.min_copies, self.min_bytes, room, dropped
        )
        if not dropped.any():
            zeros = np.zeros(batch.num_rows, np.int32)
            return {"text": batch.column("text"), "repeated_lines_removed": pa.array(zeros)}
        null = batch.column("text").is_null().to_numpy(zero_copy_only=False)
        return {
            "text": without_lines(texts, lines, dropped, null),
            "repeated_lines_removed": pa.array(lines_dropped(lines, dropped)),
        }


@njit(nogil=True, cache=True)
def _hash(data: np.ndarray, begin: int, end: int) -> np.uint64:
    value = BASIS
    for p in range(begin, end):
        value = (value ^ np.uint64(data[p])) * PRIME
    return value ^ (value >> np.uint64(29))


@njit(nogil=True, cache=True)
def _same(data: np.ndarray, a: int, b: int, size: int) -> bool:
    for k in range(size):  # noqa: SIM110 (compiled: all() over a generator is not supported)
        if data[a + k] != data[b + k]:
            return False
    return True


@njit(nogil=True, cache=True)
def _mark(
    data: np.ndarray, first: np.ndarray, begins: np.ndarray, ends: np.ndarray, min_copies: int, min_bytes: int,
    room: int, dropped: np.ndarray,
) -> None:  # fmt: skip
    """dropped = true at each line but the first of those that stand `min_copies` times or more in their document."""
    size = 4
    while size < 2 * room:
        size *= 2
    slots = np.full(size, -1, np.int64)
    leader = np.empty(room, np.int64)
    copies = np.zeros(room, np.int64)
    for i in range(len(first) - 1):
        lines = first[i + 1] - first[i]
        if lines < min_copies:
            continue
        mask = 3
        while mask + 1 < 2 * lines:
            mask = 2 * mask + 1
        slots[: mask + 1] = -1
        for k in range(lines):
            line = first[i] + k
            leader[k] = -1
            copies[k] = 0
            begin, end = int(begins[line]), int(ends[line])
            if end - begin < min_bytes:
                continue
            slot = np.int64(_hash(data, begin, end) & np.uint64(mask))
            while slots[slot] >= 0:
                other = first[i] + slots[slot]
                other_begin = int(begins[other])
                if ends[other] - other_begin == end - begin and _same(data, other_begin, begin, end - begin):
                    break
                slot = (slot + 1) & mask
            if slots[slot] < 0:
                slots[slot] = k
            leader[k] = slots[slot]
            copies[slots[slot]] += 1
        for k in range(lines):
            if leader[k] >= 0 and leader[k] != k and copies[leader[k]] >= min_copies:
                dropped[first[i] + k] = True
