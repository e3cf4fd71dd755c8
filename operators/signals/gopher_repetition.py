"""How much of a document says again what it said: lines, paragraphs, runs of words.

Source:   Rae et al. 2021 (Gopher), arXiv:2112.11446, appendix A.1.1, table A1; thresholds: decide.gopher_repetition.
Deviates: with `words: whitespace` counts as datatrove's GopherRepetitionFilter does when its words are str.split
          (shares of all characters of the text; the most frequent run counts even if it occurs once), but runs of 5 to
          10 words are the same when their words are the same, not when their letters run together are, and shares are
          at most 1 (occurrences that overlap are counted each). Blank documents score 0. By default words are those of
          each script.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text.lengths import find_chars
from corpusmill.operators.text.lines import LineRule, Lines, LineTexts, find_line_texts, find_lines
from corpusmill.operators.text.paragraphs import find_paragraphs, paragraphs_of
from corpusmill.operators.text.repeated_runs import count_runs
from corpusmill.operators.text.repeats import repeated_parts
from corpusmill.operators.text.shares import share, shares
from corpusmill.operators.text.words import WordRule, columns_for, find_words, words_of

TOP_SIZES = (2, 3, 4)
REPEATED_SIZES = (5, 6, 7, 8, 9, 10)


def repeated(parts: list[str]) -> tuple[int, int]:
    """How many parts have come before in the list, and their characters.

    >>> repeated(["ab", "c", "ab"])
    (1, 2)
    """
    again = [part for i, part in enumerate(parts) if part in parts[:i]]
    return len(again), sum(map(len, again))


def top_run(words: list[str], size: int) -> int:
    """Characters in all occurrences of the most frequent run of `size` words, spaces between them included.

    >>> top_run("a b a b c".split(), 2)
    6
    """
    runs = Counter(" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
    return max(runs.values()) * len(runs.most_common(1)[0][0]) if runs else 0


def repeated_run(words: list[str], size: int) -> int:
    """Characters in runs of `size` words seen before; after one, the next begins behind it.

    >>> repeated_run("a b a b a b".split(), 2)
    4
    """
    seen, total, i = set(), 0, 0
    while i < len(words) - size + 1:
        run = tuple(words[i : i + size])
        total += sum(map(len, run)) if run in seen else 0
        i += size if run in seen else 1
        seen.add(run)
    return total


def gopher_repetition(text: str, rule: WordRule) -> dict[str, float]:
    """The columns of one document: the specification.

    >>> gopher_repetition("a\\nb\\na", WordRule.WHITESPACE)["gopher_dup_line_ratio"]
    0.3333333333333333
    """
    lines, paragraphs, words = re.split("\n+", text), paragraphs_of(text), words_of(text, rule)
    again, again_chars = repeated(lines)
    par, par_chars = repeated(paragraphs)
    return {
        "gopher_dup_line_ratio": share(again, len(lines)),
        "gopher_dup_line_char_ratio": share(again_chars, len(text)),
        "gopher_dup_paragraph_ratio": share(par, len(paragraphs)),
        "gopher_dup_paragraph_char_ratio": share(par_chars, len(text)),
        **{f"gopher_top_{n}gram_ratio": min(share(top_run(words, n), len(text)), 1.0) for n in TOP_SIZES},
        **{f"gopher_dup_{n}gram_ratio": share(repeated_run(words, n), len(text)) for n in REPEATED_SIZES},
    }


@dataclass(frozen=True, kw_only=True)
class GopherRepetition(Signal):
    """Adds thirteen `gopher_` shares, 0 to 1; see `gopher_repetition`. `words`: the name of a WordRule."""

    words: str = WordRule.SCRIPT.value

    version: ClassVar[int] = 3

    adds: ClassVar[Columns] = {
        "gopher_dup_line_ratio": pa.float32(),
        "gopher_dup_line_char_ratio": pa.float32(),
        "gopher_dup_paragraph_ratio": pa.float32(),
        "gopher_dup_paragraph_char_ratio": pa.float32(),
        **{f"gopher_top_{n}gram_ratio": pa.float32() for n in TOP_SIZES},
        **{f"gopher_dup_{n}gram_ratio": pa.float32() for n in REPEATED_SIZES},
    }

    def __post_init__(self) -> None:
        WordRule(self.words)

    def columns_read(self) -> Columns:
        return {**self.reads, **columns_for(WordRule(self.words))}

    def measure(self, batch: Batch) -> Arrays:
        words = batch.once(find_words, WordRule(self.words))
        lines, paragraphs = batch.once(find_lines, LineRule.NEWLINE), batch.once(find_paragraphs)
        said = batch.once(find_line_texts, LineRule.NEWLINE)
        chars = batch.once(find_chars).counts
        again, breaks = _repeated_lines(lines, said)
        par = repeated_parts(
            paragraphs.first, paragraphs.hash, paragraphs.chars, np.ones(len(paragraphs.hash), np.bool_)
        )
        top = np.zeros((len(TOP_SIZES), batch.num_rows), np.int64)
        dup = np.zeros((len(REPEATED_SIZES), batch.num_rows), np.int64)
        sizes = (np.array(TOP_SIZES), np.array(REPEATED_SIZES))
        count_runs(words.first, words.hash, words.chars, *sizes, top, dup)
        ratios = [
            shares(again[0], breaks),
            shares(again[1], chars),
            shares(par[0], paragraphs.counts),
            shares(par[1], chars),
            *(np.minimum(shares(row, chars), np.float32(1)) for row in [*top, *dup]),
        ]
        return {name: pa.array(ratio) for name, ratio in zip(self.adds, ratios, strict=True)}


def _repeated_lines(lines: Lines, said: LineTexts) -> tuple[np.ndarray, np.ndarray]:
    """Repeats among the parts of re.split("\\n+", text), and the number of parts: int64[2, n], int64[n].

    Parts are the lines that are not empty, and an empty one at each end of the text where a line break stands.
    """
    filled = lines.size_bytes > 0
    again = repeated_parts(lines.first, said.hash, said.chars, filled)
    some = lines.counts > 0
    ends = np.zeros((2, len(some)), np.bool_)
    ends[0, some] = ~filled[lines.first[:-1][some]]
    ends[1, some] = ~filled[lines.first[1:][some] - 1]
    again[0] += ends.all(axis=0)
    full = np.concatenate((np.zeros(1, np.int64), np.cumsum(filled)))
    return again, full[lines.first[1:]] - full[lines.first[:-1]] + ends.sum(axis=0)
