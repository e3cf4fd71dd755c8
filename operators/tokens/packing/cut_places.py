"""Where documents are cut that do not fit a sequence: at the end of a paragraph or sentence, if one lies near enough.

Source: Ding et al. 2024, arXiv:2404.10830, on what truncation costs; the choice of the place is ours.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.packing.layout import Layout, refuse_bad_size
from corpusmill.operators.tokens.packing.text_ends import BEHIND, NOWHERE, PARAGRAPH, SENTENCE, TokenTexts, kind_before
from corpusmill.operators.tokens.rows import TokenRows

Cut = Literal["token", "sentence", "paragraph"]
LEAST_KIND = {"sentence": SENTENCE, "paragraph": PARAGRAPH}


@dataclass(frozen=True, kw_only=True)
class Cutting:
    """cut: what a piece should end with; within: in which last share of a sequence, above 0 and at most 1.

    Where there is no such end, the best there is: the end of a sentence, of a line, or the last token that fits.
    """

    texts: TokenTexts
    cut: Cut
    within: float

    def __post_init__(self) -> None:
        if not 0 < self.within <= 1:
            raise ValueError(f"within must be a share above 0 and at most 1, got {self.within}")


def pieces_at_ends(rows: TokenRows, sequence_tokens: int, how: Cutting) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Document, start and length of each piece of at most `sequence_tokens`, as int64 arrays."""
    refuse_bad_size(sequence_tokens)
    floor = _floor(sequence_tokens, how.within)
    most = int((-(-np.diff(rows.offsets) // floor)).sum())
    out = np.empty((3, most), np.int64)
    around = np.zeros(BEHIND, np.uint8)
    count = _cut(rows.ids, rows.offsets, sequence_tokens, floor, LEAST_KIND[how.cut], how.texts, around, out)
    document, start, tokens = out[:, :count].copy()
    return document, start, tokens


def concat_at_ends(rows: TokenRows, sequence_tokens: int, how: Cutting) -> Layout:
    """Documents one after another, each sequence up to the last end within its share, that of a document among them.

    Sequences are as long as what is in them.
    """
    refuse_bad_size(sequence_tokens)
    floor = _floor(sequence_tokens, how.within)
    most = -(-len(rows.ids) // floor)
    cuts = np.empty(most, np.int64)
    around = np.zeros(BEHIND, np.uint8)
    count = _stream(rows.ids, rows.offsets, sequence_tokens, floor, LEAST_KIND[how.cut], how.texts, around, cuts)
    sequence_ends = cuts[:count]
    lengths = np.diff(rows.offsets)
    ends = np.union1d(rows.offsets[1:][lengths > 0], sequence_ends).astype(np.int64)
    begins = np.concatenate([np.zeros(min(1, len(ends)), np.int64), ends[:-1]])
    document = np.searchsorted(rows.offsets[1:], begins, side="right").astype(np.int64)
    return Layout(
        document=document,
        start=begins - rows.offsets[document],
        tokens=ends - begins,
        ends=np.searchsorted(ends, sequence_ends).astype(np.int64) + 1,
    )


def _floor(sequence_tokens: int, within: float) -> int:
    """The shortest piece that is cut for its end."""
    return max(1, sequence_tokens - int(sequence_tokens * within))


@njit(nogil=True, cache=True)
def best_end(
    ids: np.ndarray, begin: int, end: int, first: int, last: int, least: int, texts: TokenTexts, around: np.ndarray
) -> int:
    """The place to cut the document ids[begin:end], from `first` to `last`, both within: the last of the wanted kind,
    else the last of the best kind there is, else `last`.
    """
    best, found = last, NOWHERE
    for at in range(last, first - 1, -1):
        if at == begin:
            return at
        kind = kind_before(ids, begin, end, at, texts, around)
        if kind >= least:
            return at
        if kind > found:
            best, found = at, kind
    return best


@njit(nogil=True, cache=True)
def _cut(
    ids: np.ndarray, offsets: np.ndarray, size: int, floor: int, least: int, texts: TokenTexts, around: np.ndarray,
    out: np.ndarray,
) -> int:  # fmt: skip
    count = 0
    for document in range(len(offsets) - 1):
        begin, end = offsets[document], offsets[document + 1]
        at = begin
        while at < end:
            stop = end
            if end - at > size:
                stop = best_end(ids, begin, end, at + floor, at + size, least, texts, around)
            out[0, count], out[1, count], out[2, count] = document, at - begin, stop - at
            count += 1
            at = stop
    return count


@njit(nogil=True, cache=True)
def _stream(
    ids: np.ndarray, offsets: np.ndarray, size: int, floor: int, least: int, texts: TokenTexts, around: np.ndarray,
    cuts: np.ndarray,
) -> int:  # fmt: skip
    count, at, document, total = 0, 0, 0, offsets[-1]
    while at < total:
        stop = total
        if total - at > size:
            limit = at + size
            while offsets[document + 1] < limit:
                document += 1
            stop = limit
            if offsets[document + 1] > limit:
                begin, end = offsets[document], offsets[document + 1]
                stop = best_end(ids, begin, end, max(at + floor, begin), limit, least, texts, around)
        cuts[count] = stop
        count += 1
        at = stop
    return count
