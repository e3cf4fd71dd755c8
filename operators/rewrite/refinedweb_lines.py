"""Removes lines of shouting, numbers, counters and single words, and cuts form text out of short lines.

Source:   Penedo et al. 2023 (RefinedWeb), arXiv:2306.01116, appendix G, "Line-wise corrections"; the rules:
          operators/rewrite/refined/line_rules.py. There a document goes when flagged lines hold more than 5 % of its
          words: bound `refinedweb_flagged_word_ratio` with decide.bounds.
Deviates: see there. The paper publishes one example a list; bring your own lists for languages but English.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpusmill.operators.batch import TEXT, Batch
from corpusmill.operators.contract import Arrays, Columns, Rewrite
from corpusmill.operators.rewrite.refined.line_rules import COUNTED, Fate, LineRules
from corpusmill.operators.rewrite.refined.scan import Lines, Out, Phrases, Rules, scan
from corpusmill.operators.text.buffers import find_text
from corpusmill.operators.text.lines import LineRule, find_lines
from corpusmill.operators.text.shares import shares
from corpusmill.operators.text.unicode_table import unicode_tables


@dataclass(frozen=True, kw_only=True)
class RefinedwebLines(Rewrite):
    """Adds counts of lines (of those that are not blank) by fate, and the shares, 0 to 1, of the words before in lines
    that a rule fits (`refinedweb_flagged_word_ratio`) and of those no longer there (`refinedweb_removed_word_ratio`).

    The parameters are those of `LineRules`; phrases are stripped and in lower case, capitals A to Z match them.
    `max_upper_ratio: 1` and `min_words: 0` switch a rule off, an empty list does so too.
    """

    max_upper_ratio: float = 0.5
    min_words: int = 2
    short_words: int = 10
    counted: tuple[str, ...] = COUNTED
    opening: tuple[str, ...] = ("sign-in",)
    closing: tuple[str, ...] = ("read more...", "read more…")
    anywhere: tuple[str, ...] = ("items in cart",)

    adds: ClassVar[Columns] = {
        "refinedweb_uppercase_lines": pa.int64(),
        "refinedweb_numeric_lines": pa.int64(),
        "refinedweb_counter_lines": pa.int64(),
        "refinedweb_one_word_lines": pa.int64(),
        "refinedweb_edited_lines": pa.int64(),
        "refinedweb_flagged_word_ratio": pa.float32(),
        "refinedweb_removed_word_ratio": pa.float32(),
    }

    def __post_init__(self) -> None:
        if not 0 <= self.max_upper_ratio <= 1:
            raise ValueError(f"max_upper_ratio must be from 0 to 1, got {self.max_upper_ratio!r}")
        if self.min_words < 0 or self.short_words < 0:
            raise ValueError(f"min_words and short_words must not be negative, got {self}")
        for phrase in (*self.counted, *self.opening, *self.closing, *self.anywhere):
            if not phrase or phrase != phrase.strip() or any("A" <= c <= "Z" or c == "\n" for c in phrase):
                raise ValueError(f"phrases must be stripped, in lower case and of one line, got {phrase!r}")

    def rules(self) -> LineRules:
        """The parameters as the plain functions take them."""
        return LineRules(
            max_upper_ratio=self.max_upper_ratio,
            min_words=self.min_words,
            short_words=self.short_words,
            counted=tuple(self.counted),
            opening=tuple(self.opening),
            closing=tuple(self.closing),
            anywhere=tuple(self.anywhere),
        )

    def rewrite(self, batch: Batch) -> Arrays:
        text, lines = batch.once(find_text), batch.once(find_lines, LineRule.NEWLINE)
        n = len(text)
        groups = (self.counted, self.opening, self.closing, self.anywhere)
        phrases = [phrase.encode() for group in groups for phrase in group]
        out, offsets = np.empty(text.size_bytes, np.uint8), np.zeros(n + 1, np.int64)
        fates, words = np.zeros((len(Fate), n), np.int64), np.zeros((3, n), np.int64)
        sought = Phrases(
            np.cumsum([0, *map(len, phrases)], dtype=np.int64),
            np.frombuffer(b"".join(phrases) or b"\0", np.uint8),
            np.repeat(np.arange(len(groups)), [len(group) for group in groups]),
        )
        rules = Rules(float(self.max_upper_ratio), self.min_words, self.short_words)
        found = Lines(text.data, text.offsets, lines.first, lines.start, lines.size_bytes)
        scan(found, unicode_tables().bits, rules, sought, Out(out, offsets, fates, words))
        valid = None if text.valid.all() else pa.py_buffer(np.packbits(text.valid, bitorder="little").tobytes())
        buffers = [valid, pa.py_buffer(offsets.data), pa.py_buffer(out.data).slice(0, int(offsets[-1]))]
        counts = [pa.array(fates[fate]) for fate in list(Fate)[1:]]
        ratios = [pa.array(shares(words[k], words[0])) for k in (1, 2)]
        columns = dict(zip(self.adds, [*counts, *ratios], strict=True))
        return {"text": pa.Array.from_buffers(TEXT, n, buffers), **columns}
