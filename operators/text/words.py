"""The words of every document of a batch, found and hashed once.

Seven rules have a name. `whitespace`: str.split. `script`: the rule of each script (segmenting.ways), the same as
`whitespace` where words stand between spaces; in Chinese, Japanese, Thai, Lao, Khmer and Burmese the words of a
dictionary, in Tibetan syllables, in Javanese and its like letters with their marks. Signs beside such words are none of
them. `tokens`: the same words, but signs are tokens of their own everywhere (several dots are one), as in the
tokenizers that FineWeb2's settings were made with. A dot or one of scan.LINKS between letters, a dot or comma between
digits and a joiner or soft hyphen in a word or at its end part nothing; hyphens, bars and slashes (scan.HELD) between
white space and a word stay with it. `by_language`: as `tokens`, with the exceptions of some languages
(segmenting.signs). `unicode`: runs of letters, marks and numbers, lower-cased, each letter of Han, Kana, Thai, Lao,
Khmer and Myanmar a word by itself with its marks: for comparing texts, whatever stands around a word. `gold`: as
`unicode`, but over the characters of the regular expression \\w (no marks), the rule by which near-duplicate gold sets
were made. `bare`: str.split of the lower-cased text without its ASCII punctuation, as RedPajama-v2 counts by.
"""

from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Self

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Columns
from corpusmill.operators.text import unicode_table as unicode
from corpusmill.operators.text import word_scan
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.ragged import parts_kept, rows_kept
from corpusmill.operators.text.segmenting import scan
from corpusmill.operators.text.segmenting.best_words import Tables, new_run, tables, words_of_run
from corpusmill.operators.text.segmenting.signs import APART, HYPHEN_BEHIND, WHOLE, manners_of
from corpusmill.operators.text.segmenting.ways import PART, SPACED, way_of, ways


class WordRule(Enum):
    """How text is cut into words."""

    WHITESPACE = "whitespace"
    SCRIPT = "script"
    TOKENS = "tokens"
    BY_LANGUAGE = "by_language"
    UNICODE = "unicode"
    GOLD = "gold"
    BARE = "bare"


BY_DICTIONARY = (WordRule.SCRIPT, WordRule.TOKENS, WordRule.BY_LANGUAGE)


def columns_for(rule: WordRule) -> Columns:
    """The columns beside `text` that a rule reads."""
    return {"language": pa.string(), "script": pa.string()} if rule is WordRule.BY_LANGUAGE else {}


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
    if rule is WordRule.TOKENS or rule is WordRule.BY_LANGUAGE:
        return tokens_of(text)
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
    if rule in BY_DICTIONARY:
        return scan.most_words(data, offsets)
    return word_scan.most_words(data, offsets, rule is WordRule.WHITESPACE or rule is WordRule.BARE)


def has_languages(batch: Batch) -> bool:
    """Whether the batch says the language and script of each document."""
    return {"language", "script"} <= set(batch.table.column_names)


def _scan_by_script(
    data: np.ndarray, offsets: np.ndarray, rule: WordRule, manners: np.ndarray, out: word_scan.Found
) -> int:  # fmt: skip
    """Words by one of BY_DICTIONARY. The dictionaries are not read for texts that need none."""
    bits, ways_ = unicode.unicode_tables().bits, ways()
    needed = scan.needs_ways(data, offsets, ways_)
    if rule is WordRule.SCRIPT and not needed:
        return word_scan.scan_spaced(data, offsets, bits, out)
    given = tables() if needed else Tables(bits, ways_, np.zeros(1, np.uint64))
    if rule is WordRule.SCRIPT:
        return scan.scan_by_script(data, offsets, given, new_run(), out)
    return scan.scan_tokens(data, offsets, manners, given, new_run(), out)


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


def tokens_of(text: str, manner: int = APART) -> list[str]:
    """The words and signs of one text by the rules `tokens` and `by_language`; manner: see segmenting.signs.

    >>> tokens_of("il-bniedem, u"), tokens_of("il-bniedem, u", HYPHEN_BEHIND), tokens_of("il-bniedem, u", WHOLE)
    (['il', '-', 'bniedem', ',', 'u'], ['il-', 'bniedem', ',', 'u'], ['il-bniedem,', 'u'])
    """
    found = []
    for stretch in _without_part(text).split():
        begin = 0
        for way, piece in groupby(stretch, way_of):
            run = "".join(piece)
            opens, begin = begin == 0, begin + len(run)
            if way != SPACED:
                found += words_of_run(run)
            elif manner == WHOLE:
                found.append(run)
            else:
                found += _tokens_of_run(run, manner, opens, begin == len(stretch))
    return found


def _tokens_of_run(run: str, manner: int, opens: bool, closes: bool) -> list[str]:
    """Words and signs of a run of SPACED characters; whether white space stands before and behind it."""
    found, begin = [], 0
    while begin < len(run):
        end = begin + 1
        if ord(run[begin]) in scan.HELD:
            end = _held_end(run, begin)
            if begin == 0 and opens and end < len(run) and unicode.class_bits(run[end]) & unicode.WORD:
                end = _token_end(run, end + 1, manner, closes)
        elif run[begin] == ".":
            end = begin + len(run[begin:]) - len(run[begin:].lstrip("."))
        elif _is_member(run[begin]):
            end = _token_end(run, end, manner, closes)
        found.append(run[begin:end])
        begin = end
    return found


def _token_end(run: str, end: int, manner: int, closes: bool) -> int:
    """Where the token ends whose first characters end at `end`."""
    last = run[end - 1]  # of the token, joiners aside
    while end < len(run):
        following = run[end]
        if not (_is_member(following) or ord(following) in scan.JOINERS):
            if end + 1 == len(run) or not _connects(last, following, run[end + 1]):
                break
            end += 1
        last = run[end] if ord(run[end]) not in scan.JOINERS else last
        end += 1
    far = _held_end(run, end)
    if far > end and far == len(run) and closes:
        return far
    behind = far < len(run) and unicode.class_bits(run[far]) & unicode.ALPHA
    return far if manner == HYPHEN_BEHIND and run[end:far] == "-" and behind else end


def _held_end(run: str, at: int) -> int:
    while at < len(run) and ord(run[at]) in scan.HELD:
        at += 1
    return at


def _is_member(character: str) -> bool:
    return bool(unicode.class_bits(character) & unicode.WORD) or character == "_"


def _connects(before: str, sign: str, behind: str) -> bool:
    """Whether a sign parts nothing, since of letters or digits around it."""
    around = unicode.class_bits(before) & unicode.class_bits(behind)
    letters = (sign == "." or ord(sign) in scan.LINKS) and around & unicode.ALPHA
    return bool(letters or (sign in ".," and around & unicode.DECIMAL))


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
    if rule in BY_DICTIONARY:
        manners = manners_of(batch) if rule is WordRule.BY_LANGUAGE and has_languages(batch) else np.zeros(n, np.uint8)
        total = _scan_by_script(text.data, text.offsets, rule, manners, out)
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
