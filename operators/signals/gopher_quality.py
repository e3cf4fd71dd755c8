"""What the Gopher quality rules look at: word lengths, symbols, bullets, ellipses, letters, stop words.

Source:   Rae et al. 2021 (Gopher), arXiv:2112.11446, appendix A.1.1, "Quality Filtering".
Deviates: with `words: whitespace` counts as datatrove's GopherQualityFilter does when its words are str.split: words of
          nothing but punctuation are left out of the length rules, lines are those of str.splitlines, blank ones count.
          Where nothing can be counted the ratios are 0 (there, a division by zero). By default words are those of each
          script.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import Batch
from corpusmill.operators.contract import Arrays, Columns, Resource, Signal
from corpusmill.operators.signals.scans.gopher_marks import count_marks, count_word_kinds
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.languages import SETTINGS, StopWords, check_stop_words, is_table, stop_words_of
from corpusmill.operators.text.lengths import totals
from corpusmill.operators.text.lines import LineRule, find_lines, headed_by
from corpusmill.operators.text.membership import distinct_members
from corpusmill.operators.text.punctuation import PUNCTUATION, SENTENCE_ENDS
from corpusmill.operators.text.shares import share, shares
from corpusmill.operators.text.words import WordRule, columns_for, find_words, words_of

BULLETS = ("•", "-")


def gopher_quality(text: str, stop_words: tuple[str, ...], rule: WordRule) -> dict[str, float]:
    """The columns of one document: the specification.

    >>> gopher_quality("- The end of #1 ...\\n", ("the", "of"), WordRule.WHITESPACE)["gopher_stop_words"]
    1
    """
    words, lines = words_of(text, rule), text.splitlines()
    plain = [w for w in words if any(c not in PUNCTUATION and c not in SENTENCE_ENDS for c in w)]
    return {
        "gopher_words": len(plain),
        "gopher_mean_word_chars": share(sum(map(len, plain)), len(plain)),
        "gopher_hash_ratio": share(text.count("#"), len(words)),
        "gopher_ellipsis_ratio": share(text.count("...") + text.count("…"), len(words)),
        "gopher_bullet_ratio": share(sum(x.lstrip().startswith(BULLETS) for x in lines), len(lines)),
        "gopher_ellipsis_line_ratio": share(sum(x.rstrip().endswith(("...", "…")) for x in lines), len(lines)),
        "gopher_alpha_ratio": share(sum(any(map(str.isalpha, w)) for w in words), len(words)),
        "gopher_stop_words": len(set(stop_words) & set(words)),
    }


@dataclass(frozen=True, kw_only=True)
class GopherQuality(Signal):
    """Adds eight `gopher_` columns; see `gopher_quality`. `words`: the name of a WordRule.

    `stop_words`: a language label of the settings (`en`, ...), the words themselves, or `by_language`: those of each
    document's own `language` column, null where the settings have none; with it, `words: unicode` is what finds the
    words of scripts without spaces. `settings`: JSON, see text/languages.json.
    """

    stop_words: str | tuple[str, ...] = "en"
    words: str = WordRule.SCRIPT.value
    settings: Resource = SETTINGS

    version: ClassVar[int] = 3

    adds: ClassVar[Columns] = {
        "gopher_words": pa.int64(),
        "gopher_mean_word_chars": pa.float32(),
        "gopher_hash_ratio": pa.float32(),
        "gopher_ellipsis_ratio": pa.float32(),
        "gopher_bullet_ratio": pa.float32(),
        "gopher_ellipsis_line_ratio": pa.float32(),
        "gopher_alpha_ratio": pa.float32(),
        "gopher_stop_words": pa.int32(),
    }

    def __post_init__(self) -> None:
        WordRule(self.words)
        if not self.stop_words or not all(isinstance(w, str) for w in self.stop_words):
            raise ValueError(f"stop_words must be a language label or a list of words, got {self.stop_words!r}")

    def columns_read(self) -> Columns:
        needed = {**self.reads, **columns_for(WordRule(self.words))}
        if self.stop_words != StopWords.BY_LANGUAGE.value:
            return needed
        by_script = {"script": pa.string()} if is_table(self.settings) else {}
        return {**needed, "language": pa.string(), **by_script}

    def check_files(self) -> None:
        check_stop_words(self.stop_words, self.settings)

    def measure(self, batch: Batch) -> Arrays:
        text, n = batch.once(find_text), batch.num_rows
        rule = WordRule(self.words)
        words, lines = batch.once(find_words, rule), batch.once(find_lines, LineRule.UNICODE)
        holding = rule if rule in (WordRule.TOKENS, WordRule.BY_LANGUAGE) else WordRule.WHITESPACE
        spaced = batch.once(find_words, holding)  # of the other rules no word holds marks
        stop = stop_words_of(self.stop_words, self.settings, batch)
        marks, kinds, stops = np.zeros((2, n), np.int64), np.zeros((3, n), np.int64), np.zeros(n, np.int32)
        count_marks(text.data, text.offsets, spaced.first, spaced.start, spaced.size_bytes, spaced.kinds, marks)
        count_word_kinds(words.first, words.chars, words.kinds, kinds)
        distinct_members(words.first, words.hash, stop.which, stop.sets.begin, stop.sets.slots, stops)
        bullets = headed_by(lines, BULLETS)
        return {
            "gopher_words": pa.array(kinds[0]),
            "gopher_mean_word_chars": pa.array(shares(kinds[1], kinds[0])),
            "gopher_hash_ratio": pa.array(shares(marks[0], words.counts)),
            "gopher_ellipsis_ratio": pa.array(shares(marks[1], words.counts)),
            "gopher_bullet_ratio": pa.array(shares(totals(lines.first, bullets), lines.counts)),
            "gopher_ellipsis_line_ratio": pa.array(shares(totals(lines.first, lines.trails), lines.counts)),
            "gopher_alpha_ratio": pa.array(shares(kinds[2], words.counts)),
            "gopher_stop_words": pa.array(stops, mask=stop.which < 0),
        }
