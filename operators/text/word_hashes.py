"""The hashes of every word of a batch, alone: for comparing texts, where no word has to be found again in its text.

Where words stand, how long they are and of which classes takes 18 bytes a word more, and twice the time.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from corpusmill.operators.batch import Batch
from corpusmill.operators.text import unicode_table as unicode
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.hashing import SPREAD, finish
from corpusmill.operators.text.kernel import njit
from corpusmill.operators.text.ragged import parts_kept, rows_kept
from corpusmill.operators.text.unicode_table import ALONE, JOINS, LEADS, WORD
from corpusmill.operators.text.utf8 import four_at, three_at, two_at
from corpusmill.operators.text.words import WordRule, find_words

_SPREAD = np.uint64(SPREAD)


@dataclass(frozen=True, kw_only=True, eq=False)
class WordHashes:
    """`first`: int64[n + 1], document i has words first[i] to first[i + 1]; `hash`: uint64, as in `words.Words`."""

    first: np.ndarray
    hash: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Words in each document: int64[n]."""
        return np.diff(self.first)

    def keep(self, mask: np.ndarray) -> Self:
        """The words of the documents where `mask` is true."""
        return type(self)(first=rows_kept(self.first, mask), hash=parts_kept(self.first, mask, self.hash))


def find_word_hashes(batch: Batch, rule: WordRule) -> WordHashes:
    """The hashes of the words of column `text`; use as `batch.once(find_word_hashes, WordRule.UNICODE)`.

    Words that were found before are not looked for again.
    """
    if rule is not WordRule.UNICODE or batch.has(find_words, rule):
        words = batch.once(find_words, rule)
        return WordHashes(first=words.first, hash=words.hash)
    text, tables = batch.once(find_text), unicode.unicode_tables()
    first = np.zeros(len(text) + 1, np.int64)
    hashes = np.empty((text.size_bytes + len(text)) // 2 + 1, np.uint64)  # memory that is not written to costs nothing
    total = _scan(text.data, text.offsets, tables.bits, tables.lower, _ascii(tables), first, hashes)
    return WordHashes(first=first, hash=hashes[:total])


def _ascii(tables: unicode.UnicodeTables) -> np.ndarray:
    """uint8[256]: the lower case of each byte that is a letter or a digit by itself, 0 for all others."""
    found = np.zeros(256, np.uint8)
    found[:128] = np.where(tables.bits[:128] & WORD, tables.lower[:128], 0)
    return found


@njit(nogil=True, cache=True)
def _alone(data: np.ndarray, at: int, end: int, bits: np.ndarray, n: int, hashes: np.ndarray) -> tuple[int, int]:
    """Words of characters that stand ALONE, each with its marks, and what is no word between them, from data[at] on,
    where a character of three bytes or more begins; returns where another one does, and how many words there are then.

    Every hash is written, over the one before where that was of no word: signs come at places that no processor
    foresees.
    """
    value, waits, leads = np.uint64(0), 0, np.uint16(0)
    while at < end and data[np.uintp(at)] >= 0xE0:
        if data[np.uintp(at)] < 0xF0:
            code, after = three_at(data, at), at + 3
        else:
            code, after = four_at(data, at), at + 4
        kind = bits[np.uintp(code)]
        is_word, is_alone = int(kind & WORD != 0), int(kind & ALONE != 0)
        if is_word > is_alone:
            break
        if waits and is_word and (leads or kind & JOINS):
            value = (value ^ np.uint64(code)) * _SPREAD
        else:
            hashes[np.uintp(n)] = finish(value)
            n += waits
            value, waits = np.uint64(code) * _SPREAD, is_word
        leads = kind & LEADS
        at = after
    hashes[np.uintp(n)] = finish(value)
    return at, n + waits


@njit(nogil=True, cache=True)
def _scan(
    data: np.ndarray,
    offsets: np.ndarray,
    bits: np.ndarray,
    lower: np.ndarray,
    ascii_: np.ndarray,
    first: np.ndarray,
    hashes: np.ndarray,
) -> int:
    """Hashes of the words that `word_scan.scan_runs` finds where marks are members; returns how many there are.

    The loop over a word stands here, since a call would count references to each array; and each width has a step of
    its own, since one that hangs on the byte read would be waited for at every character.
    """
    n = 0
    for d in range(len(offsets) - 1):
        at, end = offsets[d], offsets[d + 1]
        while at < end:
            first_byte = data[np.uintp(at)]
            if first_byte < 0x80 and ascii_[np.uintp(first_byte)] == 0:
                at += 1
                continue
            value, begin = np.uint64(0), at
            while at < end:
                while at < end:  # ASCII, most of most texts; none of it stands alone
                    lowered = ascii_[np.uintp(data[np.uintp(at)])]
                    if lowered == 0:
                        break
                    value = (value ^ np.uint64(lowered)) * _SPREAD
                    at += 1
                if at >= end or data[np.uintp(at)] < 0x80:
                    break
                if data[np.uintp(at)] < 0xE0:
                    code, after = two_at(data, at), at + 2
                elif data[np.uintp(at)] < 0xF0:
                    code, after = three_at(data, at), at + 3
                else:
                    code, after = four_at(data, at), at + 4
                kind = bits[np.uintp(code)]
                if not kind & WORD or kind & ALONE:
                    break
                value = (value ^ np.uint64(lower[np.uintp(code)])) * _SPREAD
                at = after
            if at > begin:
                hashes[np.uintp(n)] = finish(value)
                n += 1
            elif first_byte >= 0xE0:
                at, n = _alone(data, at, end, bits, n, hashes)
            else:
                at += 2
        first[d + 1] = n
    return n
