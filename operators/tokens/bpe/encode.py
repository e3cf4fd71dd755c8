"""Texts to token ids: words by the expression, tokens from memory, and merging for words not met before."""

from typing import NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.added import Segments
from corpusmill.operators.tokens.bpe.block import WORD, find_words
from corpusmill.operators.tokens.bpe.memory import (
    HIGH_MASK,
    LONGEST_KEPT,
    LOW_MASK,
    SHORT,
    Memory,
    count_merged,
    keep_short,
    recall_short,
    short_slot,
    short_slot_from,
)
from corpusmill.operators.tokens.bpe.memory_long import keep_long, long_hash, long_slot, recall_long
from corpusmill.operators.tokens.bpe.merges import Merges
from corpusmill.operators.tokens.bpe.merging import Room, merge_word
from corpusmill.operators.tokens.bpe.raw import load64, signed, store32
from corpusmill.operators.tokens.bpe.seams import Seams, next_seam

u64 = np.uint64


class Knowledge(NamedTuple):
    """What encoding a word needs, all of it numbers and addresses."""

    merges: Merges
    seams: Seams
    memory: Memory
    pieces: Memory  # what is known of pieces of words; not `memory` if that holds words which merging does not give
    room: Room
    block: int  # BLOCK_BYTES


SPARE = 3  # places that the output must have beyond the last token


@njit(nogil=True, cache=True)
def encode_pieces(p: int, q: int, readable: int, know: Knowledge, out: int) -> int:
    """Writes the tokens of one word, cut at its seams; gives the address after the last."""
    while p < q:
        stop = next_seam(p, q, readable, know.seams)
        n = stop - p
        if n <= SHORT and p + SHORT <= readable:
            low = load64(p) & LOW_MASK[n]
            high = load64(p + 8) & HIGH_MASK[n]
            at = short_slot(know.pieces, low, high, n)
            told = load64(at + 16)
            if told != 0:
                out = recall_short(know.pieces, at, told, out)
            else:
                end = merge_word(p, stop, know.merges, know.room, out)
                keep_short(know.pieces, at, low, high, n, out, end)
                out = end
        else:
            out = merge_word(p, stop, know.merges, know.room, out)
        p = stop
    return out


@njit(nogil=True, cache=True)
def encode_long(p: int, q: int, readable: int, know: Knowledge, out: int) -> int:
    """Writes the tokens of one word that does not fit two numbers; gives the address after the last."""
    memory = know.memory
    if q - p > LONGEST_KEPT:
        return encode_pieces(p, q, readable, know, out)
    h = long_hash(p, q)
    at = long_slot(memory, h, p, q)
    if load64(at + 16) != 0:
        return recall_long(memory, at, out)
    end = encode_pieces(p, q, readable, know, out)
    count_merged(memory)
    keep_long(memory, at, h, p, q, out, end)
    return end


@njit(nogil=True, cache=True)
def encode_stretch(p: int, end: int, readable: int, table: int, mode: int, know: Knowledge, out: int) -> int:
    """Writes the tokens of the text from address p to end as int32 at address `out`; gives the address after the last.

    The text holds no added token. Up to the address `readable`, bytes may be read. The output has room for a token a
    byte and SPARE more.
    """
    stop = p
    memory = know.memory
    while p < end:
        last, stop = find_words(p, stop, end, readable, table, mode, memory, know.block)
        word = know.block
        while word < last:
            p = signed(load64(word))
            q = signed(load64(word + WORD))
            n = q - p
            if n <= SHORT and p + SHORT <= readable:
                low, high = load64(word + 8), load64(word + 16)
                at = short_slot_from(memory, signed(load64(word + 24)), low, high, n)
                told = load64(at + 16)
                if told != 0:
                    out = recall_short(memory, at, told, out)
                else:
                    after = merge_word(p, q, know.merges, know.room, out)
                    count_merged(memory)
                    keep_short(memory, at, low, high, n, out, after)
                    out = after
            else:
                out = encode_long(p, q, readable, know, out)
            word += WORD
        p = signed(load64(last))
    return out


@njit(nogil=True, cache=True)
def encode_segments(
    base: int,
    readable: int,
    segments: Segments,
    table: int,
    mode: int,
    know: Knowledge,
    out: int,
    offsets: np.ndarray,
) -> None:
    """Writes the tokens of all segments at address `out`, and where each document's begin and end at offsets.

    base: the address that the segments' places count from; bytes may be read up to the address `readable`.
    """
    at = out
    s = 0
    for d in range(len(segments.last_of)):
        while s < segments.last_of[d]:
            if segments.added[s] >= 0:
                store32(at, segments.added[s])
                at += 4
            else:
                at = encode_stretch(base + segments.begins[s], base + segments.ends[s], readable, table, mode, know, at)
            s += 1
        offsets[d + 1] = (at - out) >> 2


@njit(nogil=True, cache=True)
def remember(base: int, readable: int, offsets: np.ndarray, tokens: int, memory: Memory) -> None:
    """Puts words into the memory, each as one token (int32s at address `tokens`); short ones into both tables."""
    for word in range(len(offsets) - 1):
        p, q = base + offsets[word], base + offsets[word + 1]
        n = q - p
        one = tokens + 4 * word
        if n <= SHORT and p + SHORT <= readable:
            low = load64(p) & LOW_MASK[n]
            high = load64(p + 8) & HIGH_MASK[n]
            at = short_slot(memory, low, high, n)
            if load64(at + 16) == 0:
                keep_short(memory, at, low, high, n, one, one + 4)
        h = long_hash(p, q)
        at = long_slot(memory, h, p, q)
        if load64(at + 16) == 0:
            keep_long(memory, at, h, p, q, one, one + 4)
