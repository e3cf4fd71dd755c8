"""How long a document is: in bytes, characters, words and lines.

Source: none; the plainest of measures. Words are those of text.words, by default by the rule of each script: str.split
        where words stand between spaces, else those of a dictionary. Lines are those of str.splitlines.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Signal
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.lengths import find_chars, totals
from corpusmill.operators.text.lines import LineRule, find_lines
from corpusmill.operators.text.shares import share, shares
from corpusmill.operators.text.words import WordRule, find_words, words_of


def counts(text: str, rule: WordRule = WordRule.SCRIPT) -> dict[str, float]:
    """The columns of one document; a blank one has no words and mean 0.0.

    >>> counts("two words\\n\\nélan")
    {'byte_count': 16, 'char_count': 15, 'word_count': 3, 'line_count': 3, 'mean_word_chars': 4.0}
    >>> counts("今天天气很好。")["word_count"]
    3
    """
    words, lines = words_of(text, rule), text.splitlines()
    return {
        "byte_count": len(text.encode()),
        "char_count": len(text),
        "word_count": len(words),
        "line_count": len(lines),
        "mean_word_chars": share(sum(map(len, words)), len(words)),
    }


@dataclass(frozen=True, kw_only=True)
class Counts(Signal):
    """Adds `byte_count`, `char_count`, `word_count`, `line_count` (blank lines too) and `mean_word_chars`.

    `words`: the name of a WordRule.
    """

    words: str = WordRule.SCRIPT.value

    version: ClassVar[int] = 3

    adds: ClassVar[Columns] = {
        "byte_count": pa.int64(),
        "char_count": pa.int64(),
        "word_count": pa.int64(),
        "line_count": pa.int64(),
        "mean_word_chars": pa.float32(),
    }

    def __post_init__(self) -> None:
        WordRule(self.words)

    def measure(self, batch: Batch) -> Arrays:
        text = batch.once(find_text)
        words, lines = batch.once(find_words, WordRule(self.words)), batch.once(find_lines, LineRule.UNICODE)
        return {
            "byte_count": pa.array(np.diff(text.offsets)),
            "char_count": pa.array(batch.once(find_chars).counts),
            "word_count": pa.array(words.counts),
            "line_count": pa.array(lines.counts),
            "mean_word_chars": pa.array(shares(totals(words.first, words.chars), words.counts)),
        }
