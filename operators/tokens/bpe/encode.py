"""Texts to token ids: words by the expression, tokens from memory, and merging for words not met before."""

import numpy as np
from numba import njit

from operators.tokens.bpe.added import Segments
from operators.tokens.bpe.load64 import load64
from operators.tokens.bpe.memory import (
    HIGH_MASK,
    LONGEST_KEPT,
    LOW_MASK,
    SHORT,
    Memory,
    keep_long,
    keep_short,
    long_hash,
    long_slot,
    recall_long,
    recall_short,
    short_slot,
)
from operators.tokens.bpe.merges import Merges, Room, merge_word
from operators.tokens.bpe.seams import Seams, next_seam
from operators.tokens.bpe.words import next_word, stretch

SPARE = 3  # places that `out` must have beyond the last token


@njit(nogil=True, cache=True)
def encode_pieces(
    p: int, q: int, readable: int, merges: Merges, seams: Seams, memory: Memory, room: Room, out: np.ndarray, o: int
) -> int:
    """Writes the tokens of one word, cut at its seams, at out[o:]; gives the place after the last."""
    short = memory.short
    while p < q:
        stop = next_seam(p, q, readable, seams)
        n = stop - p
        if n <= SHORT and p + SHORT <= readable:
            low = load64(p) & LOW_MASK[n]
            high = load64(p + 8) & HIGH_MASK[n]
            i = short_slot(short, low, high, n)
            if short[i, 2] != 0:
                o = recall_short(memory, i, out, o)
            else:
                o2 = merge_word(p, stop, merges, room, out, o)
                keep_short(memory, i, low, high, n, out, o, o2)
                o = o2
        else:
            o = merge_word(p, stop, merges, room, out, o)
        p = stop
    return o


@njit(nogil=True, cache=True)
def encode_stretch(
    p: int,
    end: int,
    readable: int,
    table: int,
    mode: int,
    merges: Merges,
    seams: Seams,
    memory: Memory,
    pieces: Memory,
    room: Room,
    out: np.ndarray,
    o: int,
) -> int:
    """Writes the tokens of the text from address p to end at out[o:]; gives the place after the last.

    The text holds no added token. Up to the address `readable`, bytes may be read. out has room for a token a byte and
    SPARE more.
    """
    stop = p
    short = memory.short
    while p < end:
        if p == stop:
            stop = stretch(p, end, table, mode)
        q = next_word(p, stop, table, mode)
        n = q - p
        if n <= SHORT and p + SHORT <= readable:
            low = load64(p) & LOW_MASK[n]
            high = load64(p + 8) & HIGH_MASK[n]
            i = short_slot(short, low, high, n)
            if short[i, 2] != 0:
                o = recall_short(memory, i, out, o)
            else:
                o2 = merge_word(p, q, merges, room, out, o)
                memory.used[4] += 1
                keep_short(memory, i, low, high, n, out, o, o2)
                o = o2
        elif n <= LONGEST_KEPT:
            h = long_hash(p, q)
            i = long_slot(memory, h, p, q)
            if memory.long[i, 2] != 0:
                o = recall_long(memory, i, out, o)
            else:
                o2 = encode_pieces(p, q, readable, merges, seams, pieces, room, out, o)
                memory.used[4] += 1
                keep_long(memory, i, h, p, q, out, o, o2)
                o = o2
        else:
            o = encode_pieces(p, q, readable, merges, seams, pieces, room, out, o)
        p = q
    return o


@njit(nogil=True, cache=True)
def encode_segments(
    base: int,
    readable: int,
    segments: Segments,
    table: int,
    mode: int,
    merges: Merges,
    seams: Seams,
    memory: Memory,
    pieces: Memory,
    room: Room,
    out: np.ndarray,
    offsets: np.ndarray,
) -> None:
    """Writes the tokens of all segments at out, and where each document's begin and end at offsets.

    base: the address that the segments' places count from; bytes may be read up to the address `readable`.
    pieces: what is known of pieces of words; the same as `memory` unless that holds words which merging does not give.
    """
    o = 0
    s = 0
    for d in range(len(segments.last_of)):
        while s < segments.last_of[d]:
            if segments.added[s] >= 0:
                out[o] = segments.added[s]
                o += 1
            else:
                begin, end = base + segments.begins[s], base + segments.ends[s]
                o = encode_stretch(begin, end, readable, table, mode, merges, seams, memory, pieces, room, out, o)
            s += 1
        offsets[d + 1] = o


@njit(nogil=True, cache=True)
def remember(base: int, readable: int, offsets: np.ndarray, tokens: np.ndarray, memory: Memory) -> None:
    """Puts words into the memory, each as the one token it is; short ones twice, so that both tables know them."""
    one = np.empty(1, np.int32)
    for word in range(len(tokens)):
        p, q = base + offsets[word], base + offsets[word + 1]
        n = q - p
        one[0] = tokens[word]
        if n <= SHORT and p + SHORT <= readable:
            low = load64(p) & LOW_MASK[n]
            high = load64(p + 8) & HIGH_MASK[n]
            i = short_slot(memory.short, low, high, n)
            if memory.short[i, 2] == 0:
                keep_short(memory, i, low, high, n, one, 0, 1)
        h = long_hash(p, q)
        i = long_slot(memory, h, p, q)
        if memory.long[i, 2] == 0:
            keep_long(memory, i, h, p, q, one, 0, 1)
