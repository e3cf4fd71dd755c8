"""Tokens put before and after each document's own: what a post-processor adds, and the end."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corpusmill.errors import UnsupportedFrame
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.rows import TokenRows

if TYPE_CHECKING:
    import tokenizers


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Ids that a post-processor puts before and after a text."""

    before: tuple[int, ...]
    after: tuple[int, ...]


def frame_of(judge: "tokenizers.Tokenizer") -> Frame:
    """What a post-processor adds, found by having it encode a word; UnsupportedFrame if it changes the word."""
    with_added = judge.encode("salt", add_special_tokens=True)
    plain = judge.encode("salt", add_special_tokens=False).ids
    own = [place for place, added in enumerate(with_added.special_tokens_mask) if not added]
    if not own or with_added.ids[own[0] : own[-1] + 1] != plain:
        raise UnsupportedFrame(f"the post-processor makes {with_added.ids} of {plain}")
    return Frame(before=tuple(with_added.ids[: own[0]]), after=tuple(with_added.ids[own[-1] + 1 :]))


def framed(rows: TokenRows, real: np.ndarray, frame: Frame) -> TokenRows:
    """Each real row with the frame around it; the others, which are empty, stay empty."""
    if not (frame.before or frame.after):
        return rows
    before = np.where(real, len(frame.before), 0)
    after = np.where(real, len(frame.after), 0)
    return widened(rows, before, np.array(frame.before, np.int32), after, np.array(frame.after, np.int32))


def ended(rows: TokenRows, real: np.ndarray, *, eos_id: int) -> TokenRows:
    """Each real row with `eos_id` at its end, not twice; others stay empty."""
    filled = np.diff(rows.offsets) > 0
    ends = np.zeros(len(rows), bool)
    ends[filled] = rows.ids[rows.offsets[1:][filled] - 1] == eos_id
    nothing = np.zeros(len(rows), np.int64)
    after = (real & ~ends).astype(np.int64)
    return widened(rows, nothing, np.zeros(0, np.int32), after, np.array([eos_id], np.int32))


def widened(rows: TokenRows, before: np.ndarray, head: np.ndarray, after: np.ndarray, tail: np.ndarray) -> TokenRows:
    """Row i with the first `before[i]` ids of head before it and the first `after[i]` of tail behind it."""
    offsets = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(np.diff(rows.offsets) + before + after, out=offsets[1:])
    ids = np.empty(offsets[-1], np.int32)
    copy_wider(rows.ids, rows.offsets, before, head, after, tail, ids, offsets)
    return TokenRows(offsets=offsets, ids=ids)


@njit(nogil=True, cache=True)
def copy_wider(
    ids: np.ndarray,
    offsets: np.ndarray,
    before: np.ndarray,
    head: np.ndarray,
    after: np.ndarray,
    tail: np.ndarray,
    out: np.ndarray,
    out_offsets: np.ndarray,
) -> None:
    """Writes `widened` into out."""
    for row in range(len(before)):
        o = out_offsets[row]
        for k in range(before[row]):
            out[o + k] = head[k]
        o += before[row]
        n = offsets[row + 1] - offsets[row]
        for k in range(n):
            out[o + k] = ids[offsets[row] + k]
        for k in range(after[row]):
            out[o + n + k] = tail[k]
