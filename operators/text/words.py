"""The words of every document of a batch, found and hashed once.

Six rules have a name. `whitespace`: str.split. `script`: the rule of each script (segmenting.ways), the same as
`whitespace` where words stand between spaces; in Chinese, Japanese, Thai, Lao, Khmer and Burmese the words of a
dictionary, in Tibetan syllables, in Javanese and its like letters with their marks. Signs beside such words are none of
them. `tokens`: the same words, but signs are tokens of their own everywhere (several dots, or hyphens, are one), as in
the tokenizers that FineWeb2's settings were made with; an apostrophe or dot between letters, a dot or comma between
digits and a joiner or soft hyphen inside a word part nothing. `unicode`: runs of letters, marks and numbers,
lower-cased, each letter of Han, Kana, Thai, Lao, Khmer and Myanmar a word by itself with its marks: for comparing
texts, whatever stands around a word. `gold`: as `unicode`, but over the characters of the regular expression \\w (no
marks), the rule by which near-duplicate gold sets were made. `bare`: str.split of the lower-cased text without its
ASCII punctuation, as RedPajama-v2 counts by.
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
from corpusmill.operators.text.segmenting import scan
from corpusmill.operators.text.segmenting.best_words import Tables, new_run, tables, words_of_run
from corpusmill.operators.text.segmenting.ways import PART, SPACED, way_of, ways


class WordRule(Enum):
    """How text is cut into words."""

    WHITESPACE = "whitespace"
    SCRIPT = "script"
    TOKENS = "tokens"
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
    >>> words_of("It's 東京タワー, ok.", WordRule.SCRIPT)
    ["It's", '東京タワー', 'ok.']
    >>> words_of("It's (2.5) 东京。", WordRule.TOKENS)
    ["It's", '(', '2.5', ')', '东京', '。']
    >>> words_of("It's - (2) O'CLOCK.", WordRule.BARE)
    ['its', '2', 'oclock']
    """
    if rule is WordRule.WHITESPACE:
        return text.split()
    if rule is WordRule.SCRIPT:
        return _words_by_script(text)
    if rule is WordRule.TOKENS:
        return _tokens(text)
    if rule is WordRule.BARE:
        return "".join(unicode.lower_of(c) for c in text if not unicode.class_bits(c) & unicode.ASCII_SIGN).split()
    member = unicode.WORD if rule is WordRule.UNICODE else unicode.REGEX_WORD
    found: list[str] = []
    for kind, run in groupby(text, lambda c: unicode.class_bits(c) & (member | unicode.ALONE)):
        if kind & member:
            lowered = [unicode.lower_of(c) for c in run]
            if not kind & unicode.ALONE:
                lowered = ["".join(lowered)]
            found += with_marks(lowered) if rule is WordRule.UNICODE else lowered
    return found


def with_marks(characters: list[str]) -> list[str]:
    """Characters in a row, each with the marks and vowel signs that belong to it.

    >>> with_marks(list("เด็ก"))
    ['เด็', 'ก']
    """
    found: list[str] = []
    leads = 0
    for character in characters:
        kind = unicode.class_bits(character[0])
        if found and (leads or kind & unicode.JOINS):
            found[-1] += character
        else:
            found.append(character)
        leads = kind & unicode.LEADS
    return found


def most_words(data: np.ndarray, offsets: np.ndarray, rule: WordRule) -> int:
    """No fewer words than there are in all documents."""
    if rule is WordRule.SCRIPT or rule is WordRule.TOKENS:
        return scan.most_words(data, offsets)
    return word_scan.most_words(data, offsets, rule is WordRule.WHITESPACE or rule is WordRule.BARE)


def _scan_by_script(data: np.ndarray, offsets: np.ndarray, rule: WordRule, out: word_scan.Found) -> int:
    """Words by `script` or `tokens`. The dictionaries are not read for texts that need none."""
    bits, ways_ = unicode.unicode_tables().bits, ways()
    needed = scan.needs_ways(data, offsets, ways_)
    if rule is WordRule.SCRIPT and not needed:
        return word_scan.scan_spaced(data, offsets, bits, out)
    given = tables() if needed else Tables(bits, ways_, np.zeros(1, np.uint64))
    scanned = scan.scan_by_script if rule is WordRule.SCRIPT else scan.scan_tokens
    return scanned(data, offsets, given, new_run(), out)


def _words_by_script(text: str) -> list[str]:
    found = []
    for stretch in _without_part(text).split():
        if all(way_of(c) == SPACED for c in stretch):
            found.append(stretch)
            continue
        for way, piece in groupby(stretch, way_of):
            run = "".join(piece)
            if way != SPACED:
                found += words_of_run(run)
            elif member := [i for i, c in enumerate(run) if unicode.class_bits(c) & unicode.WORD]:
                found.append(run[member[0] : member[-1] + 1])
    return found


def _tokens(text: str) -> list[str]:
    found = []
    for stretch in _without_part(text).split():
        for way, piece in groupby(stretch, way_of):
            run = "".join(piece)
            found += words_of_run(run) if way != SPACED else _tokens_of_run(run)
    return found


def _tokens_of_run(run: str) -> list[str]:
    """Words and signs of a stretch without spaces in which all characters are SPACED."""
    found, begin = [], 0
    bits = [unicode.class_bits(c) for c in run]
    while begin < len(run):
        end = begin + 1
        if _is_member(run[begin]):
            while end < len(run) and (_is_member(run[end]) or _connects(run, bits, end)):
                end += 1
        elif run[begin] in ".-":
            while end < len(run) and run[end] == run[begin]:
                end += 1
        found.append(run[begin:end])
        begin = end
    return found


def _is_member(character: str) -> bool:
    return bool(unicode.class_bits(character) & unicode.WORD) or character == "_"


def _connects(run: str, bits: list[int], at: int) -> bool:
    """Whether the sign at a place parts nothing, since of letters or digits around it."""
    if at + 1 == len(run):
        return False
    around = bits[at - 1] & bits[at + 1]
    if run[at] in "\u200c\u200d\u00ad":
        return bool(bits[at + 1] & unicode.WORD)
    return bool((run[at] in "'’." and around & unicode.ALPHA) or (run[at] in ".," and around & unicode.DECIMAL))


def _without_part(text: str) -> str:
    return "".join(" " if way_of(c) == PART else c for c in text)


def find_words(batch: Batch, rule: WordRule) -> Words:
    """The words of column `text`; use as `batch.once(find_words, WordRule.UNICODE)`."""
    text = batch.once(find_text)
    found = unicode.unicode_tables()
    n = len(text)
    room = most_words(text.data, text.offsets, rule)
    first, start, size_bytes = np.zeros(n + 1, np.int64), np.empty(room, np.int32), np.empty(room, np.int32)
    chars, kinds, hashes = np.empty(room, np.int32), np.empty(room, np.uint16), np.empty(room, np.uint64)
    out = word_scan.Found(first, start, size_bytes, chars, kinds, hashes)
    if rule is WordRule.SCRIPT or rule is WordRule.TOKENS:
        total = _scan_by_script(text.data, text.offsets, rule, out)
    elif rule is WordRule.WHITESPACE:
        total = word_scan.scan_spaced(text.data, text.offsets, found.bits, out)
    elif rule is WordRule.BARE:
        total = word_scan.scan_bare(text.data, text.offsets, found.bits, found.lower, out)
    else:
        member = unicode.WORD if rule is WordRule.UNICODE else unicode.REGEX_WORD
        total = word_scan.scan_runs(text.data, text.offsets, found.bits, found.lower, member, out)
    return Words(
        first=first,
        start=start[:total],
        size_bytes=size_bytes[:total],
        chars=chars[:total],
        kinds=kinds[:total],
        hash=hashes[:total],
    )
