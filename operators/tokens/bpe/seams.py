"""Places inside a word where no merge of the vocabulary can ever join what is left of them to what is right.

A merge joins a left token to a right one, so it acts at a place only if the text before ends with the one and the text
after begins with the other. Where no merge fits the bytes around, the word falls apart into pieces that merge by
themselves, with the same result. Long runs without spaces (Han, Thai, base64) become short pieces that memory knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from corpusmill.operators.text.kernel import njit
from corpusmill.operators.tokens.bpe.merges import mixed
from corpusmill.operators.tokens.bpe.raw import load8, load16, load64, signed

u64 = np.uint64
CONTEXT = 3  # bytes looked at on each side: one character of Han, Kana, Thai or Devanagari
KINDS = CONTEXT * CONTEXT
BITS = 22  # of the filter's addresses; 100,000 merges set 2 % of it. A bit set by chance only costs a seam
BYTE_MASK = np.array([(1 << 8 * n) - 1 for n in range(CONTEXT + 1)], np.uint64)


class Seams(NamedTuple):
    """Addresses of what tells which merges there are, by the bytes next to where they join."""

    kinds: int  # uint16[65536]: by the two bytes at the place, a bit for each (n_left, n_right) that has merges
    filter: int  # 2**22 bits, set where the hash of kind and bytes of a merge falls


@dataclass(frozen=True, kw_only=True)
class SeamTables:
    """The arrays behind `Seams`."""

    kinds: np.ndarray
    filter: np.ndarray

    def addresses(self) -> Seams:
        return Seams(kinds=self.kinds.ctypes.data, filter=self.filter.ctypes.data)


def seams_of(first: Sequence[bytes], second: Sequence[bytes]) -> SeamTables:
    """The tables for merges of `left[r]` and `right[r]`."""
    tables = SeamTables(kinds=np.zeros(1 << 16, np.uint16), filter=np.zeros(1 << BITS - 3, np.uint8))
    ends = np.array([int.from_bytes(b[-CONTEXT:], "little") for b in first], np.uint64)
    begins = np.array([int.from_bytes(b[:CONTEXT], "little") for b in second], np.uint64)
    n_left = np.array([min(len(b), CONTEXT) for b in first], np.int64)
    n_right = np.array([min(len(b), CONTEXT) for b in second], np.int64)
    note(tables.kinds, tables.filter, ends, n_left, begins, n_right)
    return tables


@njit(nogil=True, cache=True)
def place_in_filter(ends: Any, begins: Any, kind: int) -> Any:
    """Where the filter tells of merges of this kind between these bytes (uint64 both)."""
    return mixed(ends | (begins << u64(8 * CONTEXT)), u64(kind)) >> u64(64 - BITS)


@njit(nogil=True, cache=True)
def note(
    kinds: np.ndarray,
    filter_: np.ndarray,
    ends: np.ndarray,
    n_first: np.ndarray,
    begins: np.ndarray,
    n_right: np.ndarray,
) -> None:
    """Enters each merge."""
    for r in range(len(ends)):
        kind = (n_first[r] - 1) * CONTEXT + n_right[r] - 1
        last = signed(ends[r] >> u64(8 * (n_first[r] - 1)))
        first = signed(begins[r] & u64(0xFF))
        kinds[last << 8 | first] |= np.uint16(1 << kind)
        place = place_in_filter(ends[r], begins[r], kind)
        filter_[place >> u64(3)] |= np.uint8(1 << signed(place & u64(7)))


@njit(nogil=True, cache=True)
def next_seam(p: int, q: int, readable: int, seams: Seams) -> int:
    """The first seam after address p inside the word that ends at q, or q. Bytes may be read up to `readable`."""
    at = p + 1
    while at < q:
        kinds = load16(seams.kinds + 2 * (load8(at - 1) << 8 | load8(at)))
        if kinds == 0:
            return at
        if kinds & 1 == 0 and at - p >= CONTEXT and at + 8 <= readable:
            # The word may be shorter on the right than what is read here; a merge that reaches past its end then
            # hides a seam, never the other way round.
            before = load64(at - CONTEXT)
            after = load64(at)
            joined = False
            for kind in range(1, KINDS):
                if kinds >> kind & 1:
                    n_left = kind // CONTEXT + 1
                    ends = (before >> u64(8 * (CONTEXT - n_left))) & BYTE_MASK[n_left]
                    begins = after & BYTE_MASK[kind % CONTEXT + 1]
                    place = place_in_filter(ends, begins, kind)
                    if load8(seams.filter + signed(place >> u64(3))) >> signed(place & u64(7)) & 1:
                        joined = True
                        break
            if not joined:
                return at
        at += 1
    return q
