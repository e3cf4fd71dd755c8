"""What FineWeb's own rules look at: lines without an end mark, short lines, repeated lines, lists.

Source:   Penedo et al. 2024 (FineWeb), arXiv:2406.17557, section 3.5; thresholds: decide.fineweb.
Deviates: none from datatrove's FineWebQualityFilter with `words: whitespace` and words of str.split, except that blank
          documents score 0. By default words are those of each script.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text.lengths import find_chars, totals
from corpusmill.operators.text.lines import LineRule, find_line_texts, find_lines
from corpusmill.operators.text.punctuation import SENTENCE_ENDS
from corpusmill.operators.text.repeats import repeated_parts
from corpusmill.operators.text.shares import share, shares
from corpusmill.operators.text.unicode_table import ENDS, unicode_tables
from corpusmill.operators.text.words import WordRule, columns_for, find_words, words_of


def fineweb(text: str, short_line_chars: int, rule: WordRule) -> dict[str, float]:
    """The columns of one document: the specification.

    >>> fineweb("One.\\nTwo\\n", 3, WordRule.SCRIPT)
    {'fineweb_ended_line_ratio': 0.5, 'fineweb_short_line_ratio': 0.5, 'fineweb_dup_char_ratio': 0.0, \
'fineweb_newline_ratio': 1.0}
    """
    lines = [line for line in text.split("\n") if line.strip()]
    again = sum(len(line) for i, line in enumerate(lines) if line in lines[:i])
    return {
        "fineweb_ended_line_ratio": share(sum(line[-1] in SENTENCE_ENDS for line in lines), len(lines)),
        "fineweb_short_line_ratio": share(sum(len(line) <= short_line_chars for line in lines), len(lines)),
        "fineweb_dup_char_ratio": share(again, len(text.replace("\n", ""))),
        "fineweb_newline_ratio": share(text.count("\n"), len(words_of(text, rule))),
    }


@dataclass(frozen=True, kw_only=True)
class Fineweb(Signal):
    """Adds four `fineweb_` shares; see `fineweb`. Lines are those of split("\\n") that are not blank, as written.

    `words`: the name of a WordRule.
    """

    short_line_chars: int = 30
    words: str = WordRule.SCRIPT.value

    version: ClassVar[int] = 3
    adds: ClassVar[Columns] = {
        "fineweb_ended_line_ratio": pa.float32(),
        "fineweb_short_line_ratio": pa.float32(),
        "fineweb_dup_char_ratio": pa.float32(),
        "fineweb_newline_ratio": pa.float32(),
    }

    def __post_init__(self) -> None:
        WordRule(self.words)
        if self.short_line_chars < 0:
            raise ValueError(f"short_line_chars must not be negative, got {self.short_line_chars}")

    def columns_read(self) -> Columns:
        return {**self.reads, **columns_for(WordRule(self.words))}

    def measure(self, batch: Batch) -> Arrays:
        lines, said = batch.once(find_lines, LineRule.NEWLINE), batch.once(find_line_texts, LineRule.NEWLINE)
        words = batch.once(find_words, WordRule(self.words))
        shown = lines.head != 0
        count = totals(lines.first, shown)
        ended = shown & ((unicode_tables().bits[lines.last] & ENDS) != 0)
        short = shown & (said.chars <= self.short_line_chars)
        breaks = np.maximum(lines.counts - 1, 0)
        again = repeated_parts(lines.first, said.hash, said.chars, shown)[1]
        return {
            "fineweb_ended_line_ratio": pa.array(shares(totals(lines.first, ended), count)),
            "fineweb_short_line_ratio": pa.array(shares(totals(lines.first, short), count)),
            "fineweb_dup_char_ratio": pa.array(shares(again, batch.once(find_chars).counts - breaks)),
            "fineweb_newline_ratio": pa.array(shares(breaks, words.counts)),
        }
