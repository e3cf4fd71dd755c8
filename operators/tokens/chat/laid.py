"""Conversations laid out as one text: where control tokens are, and what assistants say."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.added import Segments, Trie, cut_stretch, match_at, next_start, put


class Laid(NamedTuple):
    """Texts of conversations end to end, in bytes of UTF-8; all places count from the beginning of `text`."""

    text: np.ndarray  # uint8
    offsets: np.ndarray  # int64, one more than there are conversations
    control_begin: np.ndarray  # int64: control tokens that the template writes, in order
    control_end: np.ndarray  # int64
    control_id: np.ndarray  # int32
    control_last: np.ndarray  # int64 a conversation: its control tokens come before this one
    span_begin: np.ndarray  # int64: what assistants say, in order
    span_end: np.ndarray  # int64
    span_last: np.ndarray  # int64 a conversation


class Pieces(NamedTuple):
    """Forms of templates in arrays: what `fill` writes. A form has one literal more than slots."""

    first_slot: np.ndarray  # int64 a form, and the number of all; its first literal is that + its number
    turn: np.ndarray  # int64 a slot: the turn whose content goes there
    trim_begin: np.ndarray  # bool a slot
    trim_end: np.ndarray  # bool a slot
    data: np.ndarray  # uint8: the literals end to end
    literal: np.ndarray  # int64 a literal, and the end of all: where it begins in data
    first_control: np.ndarray  # int64 a literal, and the number of all
    control_begin: np.ndarray  # int64: place in the literal
    control_end: np.ndarray  # int64
    control_id: np.ndarray  # int32
    first_span: np.ndarray  # int64 a form, and the number of all
    span_places: np.ndarray  # int64 (spans, 4): literal of the form and place in it, of the beginning and of the end


@njit(nogil=True, cache=True)
def white_at(text: np.ndarray, p: int, end: int) -> int:
    """Length in bytes of the white space (as `str.strip` has it) that begins at p, or 0."""
    b = text[p]
    if b == 32 or 9 <= b <= 13 or 28 <= b <= 31:
        return 1
    if b == 0xC2 and p + 1 < end and (text[p + 1] == 0x85 or text[p + 1] == 0xA0):
        return 2
    if p + 2 >= end:
        return 0
    c, d = text[p + 1], text[p + 2]
    if b == 0xE1 and c == 0x9A and d == 0x80:
        return 3
    if b == 0xE2 and c == 0x80 and (0x80 <= d <= 0x8A or d == 0xA8 or d == 0xA9 or d == 0xAF):
        return 3
    if (b == 0xE2 and c == 0x81 and d == 0x9F) or (b == 0xE3 and c == 0x80 and d == 0x80):
        return 3
    return 0


@njit(nogil=True, cache=True)
def trimmed(text: np.ndarray, p: int, end: int, begin: bool, behind: bool) -> tuple[int, int]:
    """The stretch text[p:end] without white space at its beginning and end, where these are to be taken."""
    while begin and p < end:
        n = white_at(text, p, end)
        if n == 0:
            break
        p += n
    while behind and end > p:
        if white_at(text, end - 1, end) == 1:
            end -= 1
        elif end - p >= 2 and white_at(text, end - 2, end) == 2:
            end -= 2
        elif end - p >= 3 and white_at(text, end - 3, end) == 3:
            end -= 3
        else:
            break
    return p, end


@njit(nogil=True, cache=True)
def sizes(
    data: np.ndarray,
    contents: np.ndarray,
    turns: np.ndarray,
    form: np.ndarray,
    pieces: Pieces,
    bounds: np.ndarray,
    offsets: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Writes where each conversation begins in the text, and counts control tokens and spans (counts[d], (n, 2)).

    data, contents: of all turns, and where each begins. turns: where the turns of each conversation begin. form: of
    each conversation, or -1: it gets no text. bounds: int64 (turns, 2), the stretch of each content without what is
    trimmed.
    """
    for d in range(len(form)):
        offsets[d + 1] = offsets[d]
        f = form[d]
        if f < 0:
            continue
        first, last = pieces.first_slot[f], pieces.first_slot[f + 1]
        for slot in range(first, last):
            t = turns[d] + pieces.turn[slot]
            p, end = trimmed(
                data, int(contents[t]), int(contents[t + 1]), pieces.trim_begin[slot], pieces.trim_end[slot]
            )
            bounds[t, 0], bounds[t, 1] = p, end
            offsets[d + 1] += end - p
        low, high = first + f, last + f + 1
        offsets[d + 1] += pieces.literal[high] - pieces.literal[low]
        counts[d, 0] = pieces.first_control[high] - pieces.first_control[low]
        counts[d, 1] = pieces.first_span[f + 1] - pieces.first_span[f]


@njit(nogil=True, cache=True)
def fill(data: np.ndarray, turns: np.ndarray, form: np.ndarray, pieces: Pieces, bounds: np.ndarray, laid: Laid) -> None:
    """Writes the conversations that have a form into `laid`, whose arrays have room for them."""
    most = 1
    for f in range(len(pieces.first_slot) - 1):
        most = max(most, pieces.first_slot[f + 1] - pieces.first_slot[f] + 1)
    begins = np.empty(most, np.int64)  # of each literal, in the text
    control, span = 0, 0
    for d in range(len(form)):
        f = form[d]
        if f >= 0:
            first, last = pieces.first_slot[f], pieces.first_slot[f + 1]
            o = laid.offsets[d]
            for number in range(last - first + 1):
                at = first + f + number
                begins[number] = o
                for c in range(pieces.first_control[at], pieces.first_control[at + 1]):
                    laid.control_begin[control] = o + pieces.control_begin[c]
                    laid.control_end[control] = o + pieces.control_end[c]
                    laid.control_id[control] = pieces.control_id[c]
                    control += 1
                for p in range(pieces.literal[at], pieces.literal[at + 1]):
                    laid.text[o] = pieces.data[p]
                    o += 1
                if number < last - first:
                    t = turns[d] + pieces.turn[first + number]
                    for p in range(bounds[t, 0], bounds[t, 1]):
                        laid.text[o] = data[p]
                        o += 1
            for s in range(pieces.first_span[f], pieces.first_span[f + 1]):
                laid.span_begin[span] = begins[pieces.span_places[s, 0]] + pieces.span_places[s, 1]
                laid.span_end[span] = begins[pieces.span_places[s, 2]] + pieces.span_places[s, 3]
                span += 1
        laid.control_last[d] = control
        laid.span_last[d] = span


@njit(nogil=True, cache=True)
def cut_at_controls(laid: Laid, raw: Trie, normalized: Trie, found: Segments) -> int:
    """The number of segments of all conversations; they are written as far as there is room.

    Between control tokens other added tokens are found in the text, as in any document.
    """
    text, count, control = laid.text, 0, 0
    for d in range(len(laid.offsets) - 1):
        p, stop = laid.offsets[d], laid.offsets[d + 1]
        while p < stop or control < laid.control_last[d]:
            end = laid.control_begin[control] if control < laid.control_last[d] else stop
            begin = p
            if len(raw.token) > 1 and p < end:
                p = next_start(text, p, end, raw)
                while p < end:
                    token, after = match_at(text, p, end, raw)
                    if token >= 0:
                        count = cut_stretch(text, begin, p, normalized, found, count)
                        count = put(found, count, p, after, token)
                        begin = after
                    p = next_start(text, max(after, p + 1), end, raw)
            count = cut_stretch(text, begin, end, normalized, found, count)
            p = end
            if control < laid.control_last[d]:
                count = put(
                    found, count, laid.control_begin[control], laid.control_end[control], laid.control_id[control]
                )
                p = laid.control_end[control]
                control += 1
        found.last_of[d] = count
    return count
