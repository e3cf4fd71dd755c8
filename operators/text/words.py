"""The words of every document of a batch, found and hashed once.

Four rules have a name. `whitespace`: str.split. `unicode`: runs of letters, marks and numbers, lower-cased, each
character of Han, Kana, Thai, Lao, Khmer and Myanmar a word by itself. `gold`: as `unicode`, but over the characters of
the regular expression \\w (no marks), the rule by which near-duplicate gold sets were made. `bare`: str.split of the
lower-cased text without its ASCII punctuation, as RedPajama-v2 counts by.
"""

from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Self

import numpy as np

from corpusmill.operators.batch import Batch
from corpusmill.operators.text import unicode_table as unicode
from corpusmill.operators.text import word_scan
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.ragged import parts_kept, rows_kept


class WordRule(Enum):
    """How text is cut into words."""

    WHITESPACE = "whitespace"
    UNICODE = "unicode"
    GOLD = "gold"
    BARE = "bare"


@dataclass(frozen=True, kw_only=True, eq=False)
class Words:
    """Words of n documents in reading order; document i has words first[i] to first[i + 1].

    `first`: int64[n + 1]. For each word: `start`: int32, byte inside its document; `size_bytes`: int32; `chars`: int32,
    code points (signs that `bare` leaves out do not count); `kinds`: uint16, the class bits (unicode_table) found in
    any of its characters; `hash`: uint64 of its (lower-cased, unless whitespace) code points, see hashing.word_hash.
    Null and blank documents have no words.
    """

    first: np.ndarray
    start: np.ndarray
    size_bytes: np.ndarray
    chars: np.ndarray
    kinds: np.ndarray
    hash: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """Words in each document: int64[n]."""
        return np.diff(self.first)

    def keep(self, mask: np.ndarray) -> Self:
        """The words of the documents where `mask` is true."""
        return type(self)(
            first=rows_kept(self.first, mask),
            start=parts_kept(self.first, mask, self.start),
            size_bytes=parts_kept(self.first, mask, self.size_bytes),
            chars=parts_kept(self.first, mask, self.chars),
            kinds=parts_kept(self.first, mask, self.kinds),
            hash=parts_kept(self.first, mask, self.hash),
        )


def words_of(text: str, rule: WordRule) -> list[str]:
    """The words of one text as they are hashed: the specification.

    >>> words_of("It's 2 o'clock.", WordRule.WHITESPACE)
    ["It's", '2', "o'clock."]
    >>> words_of("It's 東京 ok", WordRule.UNICODE)
    ['it', 's', '東', '京', 'ok']
    >>> words_of("It's - (2) O'CLOCK.", WordRule.BARE)
    ['its', '2', 'oclock']
    """
    if rule is WordRule.WHITESPACE:
        return text.split()
    if rule is WordRule.BARE:
        return "".join(unicode.lower_of(c) for c in text if not unicode.class_bits(c) & unicode.ASCII_SIGN).split()
    member = unicode.WORD if rule is WordRule.UNICODE else unicode.REGEX_WORD
    found: list[str] = []
    for kind, run in groupby(text, lambda c: unicode.class_bits(c) & (member | unicode.ALONE)):
        if kind & member:
            lowered = [unicode.lower_of(c) for c in run]
            found += lowered if kind & unicode.ALONE else ["".join(lowered)]
    return found


def find_words(batch: Batch, rule: WordRule) -> Words:
    """The words of column `text`; use as `batch.once(find_words, WordRule.UNICODE)`."""
    text = batch.once(find_text)
    tables = unicode.unicode_tables()
    n = len(text)
    room = word_scan.most_words(text.data, text.offsets, rule in (WordRule.WHITESPACE, WordRule.BARE))
    first, start, size_bytes = np.zeros(n + 1, np.int64), np.empty(room, np.int32), np.empty(room, np.int32)
    chars, kinds, hashes = np.empty(room, np.int32), np.empty(room, np.uint16), np.empty(room, np.uint64)
    out = word_scan.Found(first, start, size_bytes, chars, kinds, hashes)
    if rule is WordRule.WHITESPACE:
        total = word_scan.scan_spaced(text.data, text.offsets, tables.bits, out)
    elif rule is WordRule.BARE:
        total = word_scan.scan_bare(text.data, text.offsets, tables.bits, tables.lower, out)
    else:
        member = unicode.WORD if rule is WordRule.UNICODE else unicode.REGEX_WORD
        total = word_scan.scan_runs(text.data, text.offsets, tables.bits, tables.lower, member, out)
    return Words(
        first=first,
        start=start[:total],
        size_bytes=size_bytes[:total],
        chars=chars[:total],
        kinds=kinds[:total],
        hash=hashes[:total],
    )
